#include "app/node.hpp"
#include "cli/commands.hpp"
#include "cli/progress.hpp"

#include <diptych/application.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

namespace diptych::cli {

result<void> verify(verify_options const& how) {
    DIPTYCH_TRY(auto const folder, folder_of({.data = how.data}));
    auto app = application{{.data = folder, .read_only = true, .threads = false}};
    DIPTYCH_TRY(app.start());
    progress_bar bar("verifying");
    DIPTYCH_TRY(auto const found, app.parts().log().verify([&](position done, position end) {
        bar.show(done.value, end.value);
    }));
    if (how.json) {
        json::writer out;
        out.begin_object().member("end", to_string(found.end)).member("events", found.events);
        out.member("frames", found.frames).member("chain", log::to_hex(found.chain)).end_object();
        fmt::print("{}\n", out.text());
    } else {
        fmt::print(
            "{}: {} events in {} frames, all whole; end {}, chain {}\n",
            folder.string(),
            found.events,
            found.frames,
            to_string(found.end),
            log::to_hex(found.chain)
        );
    }
    return app.close();
}

}  // namespace diptych::cli

#include "cli/commands.hpp"

#include <diptych/application.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

namespace diptych::cli {

namespace {

void report(std::string const& folder, bool made) {
    json::writer out;
    out.begin_object().member("folder", folder).member("made", made).end_object();
    fmt::print("{}\n", out.text());
}

}  // namespace

result<void> init(init_options const& how) {
    if (is_log_folder(how.folder)) {
        if (how.json)
            report(how.folder, false);
        else
            fmt::print("{} is a log already\n", how.folder);
        return {};
    }
    auto app = application{{.data = how.folder, .reserve_bytes = 0}};
    DIPTYCH_TRY(app.start());
    DIPTYCH_TRY(app.close());
    if (how.json) {
        report(how.folder, true);
        return {};
    }
    fmt::print(
        "made {0}\n"
        "next: diptych append --data {0} order-o1 order_placed '{{\"total\":12}}'\n",
        how.folder
    );
    return {};
}

}  // namespace diptych::cli

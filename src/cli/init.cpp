#include "cli/commands.hpp"

#include <diptych/application.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

namespace diptych::cli {

result<void> init(init_options const& how) {
    if (is_log_folder(how.folder)) {
        fmt::print("{} is a log already\n", how.folder);
        return {};
    }
    auto app = application{{.data = how.folder}};
    DIPTYCH_TRY(app.start());
    DIPTYCH_TRY(app.close());
    fmt::print(
        "made {0}\n"
        "next: diptych append --data {0} order-o1 order_placed '{{\"total\":12}}'\n",
        how.folder
    );
    return {};
}

}  // namespace diptych::cli

#include "log/segments/marks.hpp"

#include <diptych/try.hpp>

#include <utility>

namespace diptych::log::segments {

result<std::vector<checkpoint>> marks_in(storage::disk& on, folder const& in, uuid const& log_id) {
    std::vector<checkpoint> all;
    auto const add = [&](std::filesystem::path const& path, durable_mark const& at) {
        all.push_back(
            {.name = path.native(), .position = at.position, .chain = at.chain, .mark = at}
        );
    };
    DIPTYCH_TRY(auto const closed, read_closed(on, in, log_id));
    if (closed) add(in.closed(), *closed);
    DIPTYCH_TRY(auto const shared, on.exists(in.watermark()));
    if (!shared) return all;
    auto page = on.share(in.watermark(), false);
    if (!page && page.error().kind != errc::not_found) return std::unexpected(page.error());
    if (!page) return all;
    if (auto const at = watermark(std::move(*page)).load(log_id)) add(in.watermark(), *at);
    return all;
}

}  // namespace diptych::log::segments

#include "app/covered.hpp"

#include "log/segments/index_schema.hpp"
#include "log/segments/marks.hpp"
#include "read/view_checkpoints.hpp"

#include <diptych/try.hpp>

#include <iterator>
#include <utility>

namespace diptych::app {

namespace segments = log::segments;

result<std::vector<segments::checkpoint>> covered_by_views(
    sqlite::location const& data, uuid const& log_id
) {
    std::vector<segments::checkpoint> all;
    DIPTYCH_TRY(auto const views, read::view_checkpoints({data.path / "views", data.vfs}));
    for (auto const& [file, is] : views)
        if (is.log_id == log_id)
            all.push_back({.name = "view " + file, .position = is.at.position, .chain = is.chain});
    return all;
}

result<std::vector<segments::checkpoint>> covered_by_all(
    sqlite::location const& data, uuid const& log_id
) {
    segments::folder const in{data.path};
    DIPTYCH_TRY(auto all, segments::marks_in(data.disk(), in, log_id));
    if (auto index = segments::open_index_to_read({in.index(), data.vfs}, log_id)) {
        auto reader = segments::checkpoint_reader::prepare(*index);
        if (auto const at = reader ? reader->read() : std::unexpected(reader.error());
            at && at->position.value > 0)
            all.push_back(
                {.name = in.index().native(), .position = at->position, .chain = at->chain}
            );
    }
    DIPTYCH_TRY(auto views, covered_by_views(data, log_id));
    all.insert(
        all.end(), std::make_move_iterator(views.begin()), std::make_move_iterator(views.end())
    );
    return all;
}

}  // namespace diptych::app

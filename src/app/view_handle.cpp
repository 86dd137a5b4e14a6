#include "app/node.hpp"
#include "log/point.hpp"

#include <diptych/application.hpp>
#include <diptych/try.hpp>

namespace diptych {

result<view_answer> view_handle::query(
    std::vector<std::pair<std::string, std::string>> const& parameters
) const {
    read::url_query_parameters asked;
    read::query_options how;
    for (auto const& [name, value] : parameters) {
        if (name == "at_least") {
            DIPTYCH_TRY(auto const point, parse_token(value));
            DIPTYCH_TRY(wait_for(point));
        } else if (name == "as_of") {
            DIPTYCH_TRY(how.as_of, log::read_as_of(value, of_->log()));
        } else {
            asked.emplace_back(name, value);
        }
    }
    DIPTYCH_TRY(auto answer, of_->views().query(name_, asked, how));
    return view_answer{
        .rows = std::move(answer.rows),
        .next_cursor = std::move(answer.next).value_or(""),
        .at = answer.at,
    };
}

result<void> view_handle::wait_for(token const& point) const { return of_->wait_for(name_, point); }

}  // namespace diptych

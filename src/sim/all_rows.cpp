#include "sim/all_rows.hpp"

#include <diptych/try.hpp>

namespace diptych::sim {

result<read::query_answer> all_rows(read::view_set const& of, std::string const& view) {
    read::url_query_parameters parameters{{"limit", "1000"}};
    auto all = of.query(view, parameters);
    // It does not serve so many at once.
    if (!all && all.error().kind == errc::invalid) {
        parameters.clear();
        all = of.query(view, parameters);
    }
    while (all && all->next) {
        auto next = parameters;
        next.emplace_back("cursor", *all->next);
        DIPTYCH_TRY(auto const page, of.query(view, next));
        all->rows.pop_back();
        all->rows += ',' + page.rows.substr(1);
        all->count += page.count;
        all->next = page.next;
    }
    return all;
}

}  // namespace diptych::sim

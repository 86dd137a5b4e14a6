#include "read/view_plan.hpp"

#include "read/ddl.hpp"
#include "read/parse.hpp"
#include "read/resolve.hpp"
#include "read/statement_set.hpp"
#include "read/view_version.hpp"

#include <diptych/try.hpp>

namespace diptych::read {

result<view_plan> plan_view(
    source text, known_types const& known, std::shared_ptr<older_shapes const> const& older
) {
    auto const in = std::make_shared<source const>(std::move(text));
    DIPTYCH_TRY(auto parsed, parse_view(*in));
    DIPTYCH_TRY(resolve(*in, parsed, known));
    DIPTYCH_TRY(try_statements(parsed, *in));
    auto const definition = std::make_shared<view_definition const>(std::move(parsed));
    return view_plan{
        .definition = definition,
        .version = older->empty() ? version_of(*definition)
                                  : version_of(version_of(*definition) + older->meaning()),
        .create = [definition](sqlite::database const& on
                  ) { return on.execute(sqlite_ddl(*definition)); },
        .project = [definition, in, older](sqlite::database const& on
                   ) -> result<std::unique_ptr<projection>> {
            DIPTYCH_TRY(auto statements, prepare_statements(on, *definition, *in));
            return with_upcasts(older, std::move(statements));
        },
    };
}

}  // namespace diptych::read

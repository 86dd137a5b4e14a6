#include "read/case_cells.hpp"

#include "read/bind.hpp"

#include <diptych/try.hpp>

namespace diptych::read {

result<case_cells> case_cells::make() {
    case_cells made;
    DIPTYCH_TRY(made.in_, sqlite::database::open(":memory:"));
    DIPTYCH_TRY(made.plain_, made.in_.prepare("select quote(?1)"));
    DIPTYCH_TRY(made.json_, made.in_.prepare("select quote(json(?1))"));
    return made;
}

result<std::string> case_cells::stored(json::value from, std::optional<column_type> as) {
    auto const is_json = as && as->kind == column_kind::json;
    auto& quote = is_json ? json_ : plain_;
    std::string scratch;
    quote.reset();
    if (auto const expected = bind_json(quote, 1, from, as, scratch)) {
        quote.reset();
        return fail(errc::invalid, *expected);
    }
    DIPTYCH_TRY(quote.step());
    std::string text{quote.text(0)};
    quote.reset();
    return text;
}

}  // namespace diptych::read

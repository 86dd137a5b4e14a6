/// @file
/// A library that lends books: the smallest domain with two rules over two things.
#pragma once

#include <diptych/context.hpp>

#include <optional>

namespace lending {

// clang-format off
// [readme]
using book_id = diptych::id<"book">;
using reader_id = diptych::id<"reader">;

// What happened. Names and fields are stored for good.
struct lent     { using home = book_id;  book_id book;  reader_id reader; };
struct returned { using home = book_id;  book_id book;  reader_id reader; };

enum class refusal { out_on_loan, too_many };

// What decisions need to know: a fold for each book, and one for each reader.
struct loan {
    using of = book_id;
    std::optional<reader_id> reader;
    void evolve(lent const& e)     { reader = e.reader; }
    void evolve(returned const&)   { reader.reset(); }
};
struct card {
    using of = reader_id;
    int books = 0;
    void evolve(lent const&)       { ++books; }
    void evolve(returned const&)   { --books; }
};

// What may be asked: data and one pure decision.
struct lend {
    book_id book;
    reader_id reader;
    using refusals = refusal;

    diptych::decision<lent> decide(loan const& on, card const& of) const {
        if (on.reader == reader) return diptych::no_events;  // a repeat
        if (on.reader) return diptych::refuse(refusal::out_on_loan);
        if (of.books == 3) return diptych::refuse(refusal::too_many, "Three books are enough");
        return lent{.book = book, .reader = reader};
    }
};
// [readme]
// clang-format on

// [give_back]
struct give_back {
    book_id book;

    diptych::decision<returned> decide(loan const& on) const {
        if (!on.reader) return diptych::no_events;
        return returned{.book = book, .reader = *on.reader};
    }
};
// [give_back]

// [context]
using context = diptych::context<diptych::commands<lend, give_back>>;
// [context]

}  // namespace lending

#include "read/places.hpp"

#include <algorithm>
#include <array>

namespace diptych::read {

namespace {

using type = std::optional<column_type>;

bool is_one_of(lexed const& what, std::span<std::string_view const> words) {
    return std::ranges::any_of(words, [&](auto word) { return what.is(word); });
}

constexpr std::array<std::string_view, 10> comparisons{
    "=", "==", "<>", "!=", "<", "<=", ">", ">=", "is", "between"
};
constexpr std::array<std::string_view, 7> scaling{"*", "/", "%", "||", "->", "->>", "like"};
constexpr std::array<std::string_view, 6> passing{
    "coalesce", "ifnull", "nullif", "min", "max", "sum"
};
constexpr std::array<std::string_view, 11> clauses{
    "where",
    "from",
    "on",
    "returning",
    "group",
    "having",
    "order",
    "limit",
    "union",
    "do",
    "conflict"
};

class finder {
public:
    finder(std::span<lexed const> tokens, std::span<table const> tables)
        : tokens_(tokens), tables_(tables) {}

    std::vector<type> all() {
        for (at_ = 0; at_ < tokens_.size(); ++at_) found_.push_back(one());
        return std::move(found_);
    }

private:
    enum class mode : std::uint8_t { plain, names, tuples, list, assignments, branches };
    struct level {
        mode what = mode::plain;
        type as = {};     // what a value here meets
        type outer = {};  // of a case: what the whole meets
        std::size_t next = 0;
    };

    lexed const& near(std::ptrdiff_t by) const {
        static lexed const nothing{.kind = token_kind::end, .text = ""};
        auto const i = static_cast<std::ptrdiff_t>(at_) + by;
        return i >= 0 && i < std::ssize(tokens_) ? tokens_[static_cast<std::size_t>(i)] : nothing;
    }

    type column_at(std::ptrdiff_t by) const {
        auto const& name = near(by);
        if (!name.is_name()) return {};
        if (target_ != nullptr)
            if (auto const* const own = target_->find(name.text)) return own->type;
        for (auto const& other : tables_)
            if (auto const* const its = other.find(name.text)) return its->type;
        return {};
    }

    type listed(std::size_t i) const {
        return i < into_.size() && target_ != nullptr && target_->find(into_[i]) != nullptr
                   ? type{target_->find(into_[i])->type}
                   : type{};
    }

    void set_target(lexed const& name) {
        auto const it = std::ranges::find(tables_, name.text, &table::name);
        target_ = it == tables_.end() ? nullptr : &*it;
        into_.clear();
        if (target_ != nullptr)
            for (auto const& column : target_->columns) into_.push_back(column.name);
    }

    type one() {
        auto const& here = tokens_[at_];
        auto& top = levels_.back();
        switch (here.kind) {
            case token_kind::binding:
            case token_kind::number:
            case token_kind::string:
                return value(top);
            case token_kind::symbol:
                symbol(here, top);
                return {};
            case token_kind::word:
            case token_kind::quoted:
                word(here, top);
                return {};
            default:
                return {};
        }
    }

    void word(lexed const& here, level& top) {
        if (top.what == mode::names) {
            into_.push_back(here.text);
        } else if (here.is("into") || (here.is("update") && !near(1).is("set"))) {
            set_target(near(near(1).is("or") ? 3 : 1));
            expects_names_ = here.is("into") && near(2).is("(");
        } else if (here.is("delete")) {
            set_target(near(2));
        } else if (here.is("values")) {
            top = {.what = mode::tuples};
        } else if (here.is("select")) {
            top = levels_.size() == 1 ? level{.what = mode::list, .as = listed(0)} : level{};
        } else if (here.is("set")) {
            top = {.what = mode::assignments};
        } else if (here.is("case")) {
            levels_.push_back({.what = mode::branches, .outer = top.as});
        } else if (top.what == mode::branches) {
            if (here.is("when")) top.as = {};
            if (here.is("then") || here.is("else")) top.as = top.outer;
            if (here.is("end")) levels_.pop_back();
        } else if (is_one_of(here, clauses)) {
            top = {};
        } else if (top.what == mode::assignments && near(1).is("=") &&
                   (near(-1).is("set") || near(-1).is(","))) {
            top.as = column_at(0);
        }
    }

    void symbol(lexed const& here, level& top) {
        if (here.is("(")) {
            levels_.push_back(opened(top));
        } else if (here.is(")")) {
            if (levels_.size() > 1) levels_.pop_back();
        } else if (here.is(",")) {
            if (top.what == mode::list) top.as = listed(++top.next);
            if (top.what == mode::assignments) top.as = {};
        }
    }

    level opened(level const& outer) {
        if (std::exchange(expects_names_, false)) {
            into_.clear();
            return {.what = mode::names};
        }
        if (outer.what == mode::tuples) return {.what = mode::list, .as = listed(0)};
        if (near(1).is("select")) return {};
        if (near(-1).is("in")) return {.as = column_at(near(-2).is("not") ? -3 : -2)};
        auto const is_call =
            near(-1).is_name() && column_at(-1) == type{} && !is_operator(near(-1));
        if (is_call && !is_one_of(near(-1), passing)) return {};
        return {.as = outer.as};
    }

    static bool is_operator(lexed const& what) {
        constexpr std::array<std::string_view, 8> words{
            "and", "or", "not", "then", "else", "when", "is", "between"
        };
        return is_one_of(what, words);
    }

    // What the literal or binding here meets: a column beside it, or else what is around it.
    type value(level const& top) const {
        if (is_one_of(near(-1), scaling) || is_one_of(near(1), scaling)) return {};
        if (auto const compared = compared_with()) return compared;
        auto const sum = is_sum(near(-1)) || is_sum(near(1));
        auto const beside = !sum                                ? type{}
                            : is_sum(near(-1)) && column_at(-2) ? column_at(-2)
                            : is_sum(near(1))                   ? column_right(2)
                                                                : type{};
        auto const met = beside ? beside : top.as;
        // What is added to a time is a duration.
        if (sum && met && met->kind == column_kind::timestamp) return {};
        return met;
    }

    type compared_with() const {
        auto const before = near(-1).is("not") ? -2 : -1;
        if (is_one_of(near(before), comparisons)) {
            // `set a = :x` is handled by the assignment, which knows the same column.
            if (auto const left = column_at(before - 1)) return left;
        }
        if (near(-1).is("and") && near(-3).is("between")) return column_at(-4);
        if (is_one_of(near(1), comparisons)) return column_right(2);
        return {};
    }

    type column_right(std::ptrdiff_t by) const {
        return near(by + 1).is(".") ? column_at(by + 2) : column_at(by);
    }

    static bool is_sum(lexed const& what) { return what.is("+") || what.is("-"); }

    std::span<lexed const> tokens_;
    std::span<table const> tables_;
    table const* target_ = nullptr;  // of insert, update or delete
    std::vector<std::string> into_;  // columns of an insert
    bool expects_names_ = false;     // the next '(' lists the columns of an insert
    std::vector<level> levels_{level{}};
    std::vector<type> found_;
    std::size_t at_ = 0;
};

}  // namespace

std::vector<type> places_of(std::span<lexed const> statement, std::span<table const> tables) {
    return finder{statement, tables}.all();
}

}  // namespace diptych::read

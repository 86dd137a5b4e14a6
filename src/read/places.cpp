#include "read/places.hpp"

#include "read/sql_words.hpp"

#include <algorithm>

namespace diptych::read {

namespace {

using type = std::optional<column_type>;

class finder {
public:
    finder(std::span<lexed const> tokens, std::span<table const> tables)
        : tokens_(tokens), tables_(tables) {}

    std::vector<meeting> all() {
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
        bool is_apart = false;  // a select of its own
    };

    lexed const& near(std::ptrdiff_t by) const {
        static lexed const nothing{.kind = token_kind::end, .text = ""};
        auto const i = static_cast<std::ptrdiff_t>(at_) + by;
        return i >= 0 && i < std::ssize(tokens_) ? tokens_[static_cast<std::size_t>(i)] : nothing;
    }

    // The table whose name, and no alias, stands before the column at `by`.
    table const* owner_of(std::ptrdiff_t by) const {
        if (!near(by - 1).is(".")) return nullptr;
        if (near(by - 2).is("excluded")) return target_;
        auto const it = std::ranges::find(tables_, near(by - 2).text, &table::name);
        return it == tables_.end() ? nullptr : &*it;
    }

    type column_at(std::ptrdiff_t by) const {
        auto const& name = near(by);
        if (!name.is_name()) return {};
        if (auto const* const owner = owner_of(by)) {
            auto const* const own = owner->find(name.text);
            return own != nullptr ? type{own->type} : type{};
        }
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

    meeting one() {
        auto const& here = tokens_[at_];
        auto& top = levels_.back();
        switch (here.kind) {
            case token_kind::binding:
            case token_kind::number:
            case token_kind::string:
                return value(here, top);
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
            auto const fills_columns = levels_.size() == 1 || std::exchange(is_row_, false);
            top = fills_columns ? level{.what = mode::list, .as = listed(0)}
                                : level{.as = levels_[levels_.size() - 2].as, .is_apart = true};
        } else if (here.is("set")) {
            top = {.what = mode::assignments};
        } else if (here.is("case")) {
            levels_.push_back({.what = mode::branches, .outer = top.as});
        } else if (top.what == mode::branches) {
            if (here.is("when")) top.as = {};
            if (here.is("then") || here.is("else")) top.as = top.outer;
            if (here.is("end")) levels_.pop_back();
        } else if (begins_clause(here)) {
            top = {.is_apart = top.is_apart};
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
        if (outer.what == mode::assignments && (near(-1).is("set") || near(-1).is(","))) {
            into_.clear();  // set (a, b) = (1, 2)
            is_row_ = true;
            return {.what = mode::names};
        }
        if (near(1).is("select")) return {.is_apart = true};
        if (is_row_) {
            is_row_ = false;
            return {.what = mode::list, .as = listed(0)};
        }
        if (near(-1).is("in")) return {.as = column_at(near(-2).is("not") ? -3 : -2)};
        if (is_call(near(-1)) && !passes_form(near(-1))) return {};
        // A factor has not the form of its product.
        auto const is_factor = is_product(near(-1)) || is_product(behind_group());
        return {.as = outer.as && !is_factor ? outer.as : group_from(at_)};
    }

    // What stands behind the parenthesis that closes the one here.
    lexed const& behind_group() const {
        std::size_t depth = 0;
        for (auto i = at_; i < tokens_.size(); ++i) {
            if (tokens_[i].is("(")) ++depth;
            if (tokens_[i].is(")") && --depth == 0)
                return near(static_cast<std::ptrdiff_t>(i - at_) + 1);
        }
        return near(0);
    }

    // The column that a group in parentheses is about, if it says so plainly.
    type group(std::size_t first, std::size_t end) const {
        type found;
        for (auto i = first; i < end; ++i) {
            auto const& token = tokens_[i];
            if (token.is("select") || changes_form(token) || is_comparison(token)) return {};
            auto const by = static_cast<std::ptrdiff_t>(i) - static_cast<std::ptrdiff_t>(at_);
            if (near(by + 1).is("(") && is_call(token) && !passes_form(token)) return {};
            if (!found && !near(by + 1).is("(")) found = column_at(by);
        }
        return found;
    }

    type group_from(std::size_t open) const {
        std::size_t depth = 0;
        for (auto i = open; i < tokens_.size(); ++i) {
            if (tokens_[i].is("(")) ++depth;
            if (tokens_[i].is(")") && --depth == 0) return group(open + 1, i);
        }
        return {};
    }

    type group_before(std::size_t close) const {
        std::size_t depth = 0;
        for (auto i = close + 1; i-- > 0;) {
            if (tokens_[i].is(")")) ++depth;
            if (!tokens_[i].is("(") || --depth > 0) continue;
            auto const is_other = i > 0 && is_call(tokens_[i - 1]) && !passes_form(tokens_[i - 1]);
            return is_other ? type{} : group(i + 1, close);
        }
        return {};
    }

    bool is_mentioned(table const& one) const {
        return std::ranges::any_of(tokens_, [&](auto const& token) {
            return token.is_name() && token.text == one.name;
        });
    }

    // A form that the column at `by` has in one of the statement's tables and not in another, so
    // that its bare name does not tell which.
    type form_in_doubt(lexed const& here, std::ptrdiff_t by) const {
        auto const& name = near(by);
        if (!name.is_name() || near(by + 1).is("(") || near(by + 1).is(".") || owner_of(by))
            return {};
        type in_doubt;
        std::vector<column_type> all;
        for (auto const& one : tables_) {
            auto const* const its = is_mentioned(one) ? one.find(name.text) : nullptr;
            if (its == nullptr) continue;
            all.push_back(its->type);
            if (is_reformed(here, its->type)) in_doubt = its->type;
        }
        auto const is_other = [&](column_type const& one) { return one != all.front(); };
        return in_doubt && std::ranges::any_of(all, is_other) ? in_doubt : type{};
    }

    type form_in_doubt(lexed const& here) const {
        if (tables_.size() < 2) return {};
        auto const [first, end] = expression();
        for (auto i = first; i < end; ++i) {
            auto const by = static_cast<std::ptrdiff_t>(i) - static_cast<std::ptrdiff_t>(at_);
            // What is assigned to is the target's own.
            if (levels_.back().what == mode::assignments && i == first && near(by + 1).is("="))
                continue;
            if (auto const in_doubt = form_in_doubt(here, by)) return in_doubt;
        }
        return {};
    }

    // What the literal or binding here meets: a column beside it, or else what is around it.
    meeting value(lexed const& here, level const& top) const {
        if (is_product(near(-1)) || is_product(near(1)))
            return {.multiplied_into = decimal_around(here)};
        if (near(-1).is("%") || near(1).is("%")) return {.unclear_for = decimal_around(here)};
        if (changes_form(near(-1)) || changes_form(near(1))) return {};
        if (auto const in_doubt = form_in_doubt(here)) return {.unclear_for = in_doubt};
        if (auto const compared = compared_with()) return {.met = compared};
        auto const sum = is_sum(near(-1)) || is_sum(near(1));
        auto const beside = !sum                                ? type{}
                            : is_sum(near(-1)) && column_at(-2) ? column_at(-2)
                            : is_sum(near(1))                   ? column_right(2)
                                                                : type{};
        auto const met = beside ? beside : top.as;
        // What is added to a time is a duration.
        if (sum && met && met->kind == column_kind::timestamp) return {};
        if (met || here.text == "0") return {.met = met};
        return {.unclear_for = around(here)};
    }

    // Whether `here` would be another value in the form of this type.
    static bool is_reformed(lexed const& here, type const& as) {
        if (!as) return false;
        return (as->kind == column_kind::decimal && here.kind != token_kind::string) ||
               (as->kind == column_kind::timestamp && here.kind != token_kind::number);
    }

    // A decimal or a time that what is here goes into, or is compared with, in a way that does not
    // tell its form.
    type around(lexed const& here) const {
        for (auto outer = levels_.rbegin(); outer != levels_.rend(); ++outer) {
            if (is_reformed(here, outer->as)) return outer->as;
            if (outer->as || outer->is_apart || outer->what != mode::plain) break;
        }
        auto const [first, end] = expression();
        std::size_t apart = 0;  // how deep within what yields no form of its column
        for (auto i = first; i < end; ++i) {
            auto const& token = tokens_[i];
            auto const by = static_cast<std::ptrdiff_t>(i) - static_cast<std::ptrdiff_t>(at_);
            if (token.is("(")) {
                auto const is_apart = near(by + 1).is("select") ||
                                      (is_call(near(by - 1)) && !yields_form(near(by - 1)));
                if (apart > 0 || is_apart) ++apart;
            }
            if (token.is(")") && apart > 0) --apart;
            if (apart == 0 && !near(by + 1).is("(") && is_reformed(here, column_at(by)))
                return column_at(by);
        }
        return {};
    }

    type decimal_around(lexed const& here) const {
        auto const found = around(here);
        auto const is_scaled = found && found->kind == column_kind::decimal && found->scale > 0;
        return is_scaled ? found : type{};
    }

    // The tokens that what is here is reckoned or compared with: up to the next `and` and the like.
    std::pair<std::size_t, std::size_t> expression() const {
        auto first = at_;
        for (std::ptrdiff_t depth = 0, outermost = 0; first > 0; --first) {
            auto const& before = tokens_[first - 1];
            if (before.is(")")) ++depth;
            if (before.is("(")) outermost = std::min(outermost, --depth);
            if (depth == outermost &&
                (ends_expression(before) || (before.is(",") && !in_call(first))))
                break;
        }
        auto end = at_ + 1;
        for (std::ptrdiff_t depth = 0, outermost = 0; end < tokens_.size(); ++end) {
            auto const& next = tokens_[end];
            if (next.is("(")) ++depth;
            if (next.is(")")) outermost = std::min(outermost, --depth);
            if (depth == outermost && (ends_expression(next) || (next.is(",") && !in_call(end))))
                break;
        }
        return {first, end};
    }

    // Whether the comma before or at `i` parts the arguments of a function.
    bool in_call(std::size_t i) const {
        std::size_t depth = 0;
        while (i-- > 0) {
            if (tokens_[i].is(")")) ++depth;
            if (!tokens_[i].is("(")) continue;
            if (depth-- == 0) return i > 0 && is_call(tokens_[i - 1]);
        }
        return false;
    }

    type compared_with() const {
        auto const before = near(-1).is("not") ? -2 : -1;
        if (is_comparison(near(before))) {
            // `set a = :x` is handled by the assignment, which knows the same column.
            if (changes_form(near(before - 2))) return {};
            if (auto const left = column_at(before - 1)) return left;
            auto const other = static_cast<std::ptrdiff_t>(at_) + before - 1;
            if (near(before - 1).is(")")) return group_before(static_cast<std::size_t>(other));
        }
        if (near(-1).is("and") && near(-3).is("between")) return column_at(-4);
        if (is_comparison(near(1))) return column_right(2);
        return {};
    }

    type column_right(std::ptrdiff_t by) const {
        auto const other = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(at_) + by);
        if (near(by).is("(")) return group_from(other);
        if (near(by + 1).is("(") && passes_form(near(by))) return group_from(other + 1);
        auto const at = near(by + 1).is(".") ? by + 2 : by;
        return changes_form(near(at + 1)) ? type{} : column_at(at);
    }

    std::span<lexed const> tokens_;
    std::span<table const> tables_;
    table const* target_ = nullptr;  // of insert, update or delete
    std::vector<std::string> into_;  // columns of an insert
    bool expects_names_ = false;     // the next '(' lists the columns of an insert
    std::vector<level> levels_{level{}};
    bool is_row_ = false;  // `set (...)` was read, its values are to come
    std::vector<meeting> found_;
    std::size_t at_ = 0;
};

}  // namespace

std::vector<meeting> places_of(std::span<lexed const> statement, std::span<table const> tables) {
    return finder{statement, tables}.all();
}

}  // namespace diptych::read

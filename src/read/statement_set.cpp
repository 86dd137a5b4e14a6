#include "read/statement_set.hpp"

#include "read/bind.hpp"
#include "read/ddl.hpp"
#include "read/event_input.hpp"
#include "read/misfit.hpp"
#include "read/sandbox.hpp"
#include "read/search_sql.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <sqlite3.h>
#include <string>
#include <unordered_map>
#include <vector>

namespace diptych::read {

namespace {

struct prepared {
    statement_definition const* of;
    sqlite::statement run;
    std::vector<std::string> scratch;  // one for each binding
};

struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
        return std::hash<std::string_view>{}(text);
    }
};

class statement_set : public projection {
public:
    statement_set(view_definition const& view, std::string file)
        : view_(view), file_(std::move(file)) {}

    void add(handler const& on, statement_definition const& of, sqlite::statement run) {
        all_.push_back(std::make_unique<prepared>(
            prepared{&of, std::move(run), std::vector<std::string>(of.bindings.size())}
        ));
        for (auto const& type : on.types) {
            auto& list = by_type_[type];
            if (list.empty() || list.back() != all_.back().get()) list.push_back(all_.back().get());
        }
    }

    bool wants(std::string_view type) const override { return statements_of(type) != nullptr; }

    result<void> apply(recorded_event const& event) override {
        auto const* const statements = statements_of(event.type);
        if (statements == nullptr) return {};
        input_.set(event);
        for (auto* const one : *statements) {
            auto done = one->of->each.empty() ? run(*one) : run_each(*one, 0);
            if (!done) return std::unexpected(in_context(*one, std::move(done).error()));
        }
        return {};
    }

    result<event_keys> keys_of(recorded_event const& event) override {
        if (view_.keys.empty()) return stream_and_tags(event);
        input_.set(event);
        return keys_of_fields(input_, view_.keys);
    }

    std::string keyed_by() const override { return key_rule(view_.keys); }

private:
    using statement_list = std::vector<prepared*>;

    // Events of one type come in rows, and each is asked for twice.
    statement_list const* statements_of(std::string_view type) const {
        if (latest_ && latest_->first == type) return &latest_->second;
        auto const found = by_type_.find(type);
        if (found == by_type_.end()) return nullptr;
        latest_ = &*found;
        return &latest_->second;
    }

    // At one of the levels of nested arrays.
    struct element {
        std::optional<json::value> value = {};
        std::size_t index = 0;  // from 1
    };

    result<void> run_each(prepared& one, std::size_t level) {
        auto const& through = one.of->each[level];
        DIPTYCH_TRY(auto const data, input_.data());
        auto const list = follow(through.in ? *at_[*through.in].value : data, through.path);
        if (!list || list->is_null()) return {};
        if (list->kind() != json::kind::array)
            return misfit(input_.event(), inside(level, through.path), "an array", *list);
        if (at_.size() <= level) at_.resize(level + 1);
        at_[level].index = 0;
        for (auto const one_of_them : list->elements()) {
            at_[level].value = one_of_them;
            ++at_[level].index;
            auto const is_last = level + 1 == one.of->each.size();
            DIPTYCH_TRY(is_last ? run(one) : run_each(one, level + 1));
        }
        return {};
    }

    result<void> run(prepared& one) {
        int at = 0;
        for (auto const& binding : one.of->bindings) {
            ++at;
            auto& scratch = one.scratch[static_cast<std::size_t>(at - 1)];
            DIPTYCH_TRY(bind(one.run, at, binding, scratch));
        }
        return one.run.run();
    }

    result<void> bind(sqlite::statement& to, int at, binding const& one, std::string& scratch) {
        std::optional<json::value> value;
        switch (one.from) {
            case binding_source::field: {
                DIPTYCH_TRY(auto const data, input_.data());
                value = follow(data, one.path);
                break;
            }
            case binding_source::metadata: {
                DIPTYCH_TRY(auto const metadata, input_.metadata());
                value = follow(metadata, one.path);
                break;
            }
            case binding_source::element:
                value = follow(*at_[one.level].value, one.path);
                break;
            case binding_source::ordinal:
                to.bind(at, static_cast<std::int64_t>(at_[one.level].index));
                return {};
            default:
                input_.bind_header(to, at, one, scratch);
                return {};
        }
        if (auto const expected = bind_json(to, at, value, one.as, scratch)) {
            to.reset();
            auto const is_element = one.from == binding_source::element;
            auto const path = is_element ? inside(one.level + 1, one.path) : one.path;
            return misfit(input_.event(), path, *expected, *value);
        }
        return {};
    }

    // A path behind the elements of the first `levels` arrays.
    std::vector<std::string> inside(std::size_t levels, std::vector<std::string> path) const {
        while (levels-- > 0)
            path.insert(path.begin(), "element " + std::to_string(at_[levels].index));
        return path;
    }

    // A constraint speaks for itself to whoever is refused; the rest says where it happened.
    error in_context(prepared const& one, error what) const {
        auto const where = file_ + ":" + std::to_string(one.of->line);
        return in_view(view_.name, where, input_.event(), std::move(what));
    }

    view_definition const& view_;
    std::string file_;
    std::vector<std::unique_ptr<prepared>> all_;
    std::unordered_map<std::string, statement_list, text_hash, std::equal_to<>> by_type_;
    mutable std::pair<std::string const, statement_list> const* latest_ = nullptr;
    event_input input_;
    std::vector<element> at_;
};

// Where in the file SQLite stumbled, found through the pieces the statement was put together from.
std::size_t offset_of(statement_definition const& of, int offset_in_sql) {
    auto offset = of.offset;
    for (auto const& [in_sql, in_file] : of.origins)
        if (offset_in_sql >= 0 && in_sql <= static_cast<std::size_t>(offset_in_sql))
            offset = in_file;
    return offset;
}

std::set<std::string> names_of_tables(view_definition const& view) {
    std::set<std::string> names;
    for (auto const& one : view.tables) names.insert(one.name);
    return names;
}

result<sqlite::statement> prepare(
    sqlite::database const& on,
    sandbox const& guard,
    source const& in,
    statement_definition const& of
) {
    auto made = on.prepare(of.sql);
    if (made) return made;
    auto const* const said = sqlite3_errmsg(on.raw());
    auto const offset = offset_of(of, sqlite3_error_offset(on.raw()));
    return fail_at(in, offset, guard.complaint().empty() ? said : guard.complaint());
}

}  // namespace

result<std::unique_ptr<projection>> prepare_statements(
    sqlite::database const& on, view_definition const& view, source const& in
) {
    DIPTYCH_TRY(prepare_search(on, view));
    sandbox const guard{on, sandbox::purpose::change_rows, names_of_tables(view)};
    auto made = std::make_unique<statement_set>(view, in.file);
    for (auto const& on_event : view.handlers) {
        for (auto const& one : on_event.statements) {
            DIPTYCH_TRY(auto run, prepare(on, guard, in, one));
            made->add(on_event, one, std::move(run));
        }
    }
    return made;
}

result<sqlite::database> empty_tables(view_definition const& view, source const& in) {
    DIPTYCH_TRY(auto empty, sqlite::database::open(":memory:"));
    {
        sandbox const guard{empty, sandbox::purpose::create_tables, names_of_tables(view)};
        if (!empty.execute(sqlite_ddl(view)))
            return fail_at(
                in, 0, guard.complaint().empty() ? sqlite3_errmsg(empty.raw()) : guard.complaint()
            );
    }
    return empty;
}

std::vector<error> statement_errors(
    sqlite::database const& empty, view_definition const& view, source const& in
) {
    std::vector<error> found;
    for (auto const& on_event : view.handlers) {
        for (auto const& one : on_event.statements) {
            sandbox const guard{empty, sandbox::purpose::change_rows, names_of_tables(view)};
            auto made = prepare(empty, guard, in, one);
            if (!made) found.push_back(std::move(made).error());
        }
    }
    return found;
}

}  // namespace diptych::read

#include "read/row_statements.hpp"

#include "read/bind_cells.hpp"
#include "read/misfit.hpp"
#include "read/rewrite.hpp"
#include "read/row_json.hpp"

#include <diptych/try.hpp>

#include <algorithm>

namespace diptych::read {

namespace {

std::string joined(std::span<std::string const> names, std::string_view between) {
    std::string text;
    for (auto const& name : names) {
        if (!text.empty()) text += between;
        text += name;
    }
    return text;
}

struct row_sql {
    explicit row_sql(table const& of) {
        std::vector<std::string> names;
        std::vector<std::string> values;
        std::vector<std::string> changes;
        std::vector<std::string> keys;
        std::vector<std::string> conditions;
        for (auto const& one : of.columns) {
            names.push_back(quoted_name(one.name));
            values.push_back('?' + std::to_string(names.size()));
            if (std::ranges::find(of.key, one.name) == of.key.end()) {
                changes.push_back(names.back() + " = excluded." + names.back());
                continue;
            }
            keys.push_back(names.back());
            conditions.push_back(names.back() + " = " + values.back());
        }
        auto const where =
            " from " + quoted_name(of.name) + " where " + joined(conditions, " and ");
        find = "select " + joined(names, ", ") + where;
        erase = "delete" + where;
        put = "insert into " + quoted_name(of.name) + " values (" + joined(values, ", ") +
              ") on conflict (" + joined(keys, ", ") + ") do ";
        put += changes.empty() ? "nothing" : "update set " + joined(changes, ", ");
    }

    std::string find;
    std::string erase;
    std::string put;
};

class row_statements : public projection, private model::row_store {
public:
    row_statements(sqlite::database const& on, table const& of, model::view const& view)
        : on_(on), of_(of), view_(view) {}

    result<void> prepare() {
        row_sql const sql{of_};
        DIPTYCH_TRY(find_, on_.prepare(sql.find));
        DIPTYCH_TRY(put_, on_.prepare(sql.put));
        DIPTYCH_TRY(erase_, on_.prepare(sql.erase));
        return {};
    }

    bool wants(std::string_view type) const override {
        return std::ranges::find(view_.types, type) != view_.types.end();
    }

    result<void> apply(recorded_event const& event) override {
        stopped_by_.reset();
        auto done = view_.project(event, *this);
        if (done) return {};
        // A failure of the database comes back through user code: what it was at first is kept.
        auto what = stopped_by_ ? *std::move(stopped_by_) : std::move(done).error();
        if (!stopped_by_ && what.kind == errc::corrupt) {
            what.kind = errc::failed;
            what.code = "event_misfit";
        }
        return std::unexpected(in_view(view_.name, "C++", event, std::move(what)));
    }

private:
    template <class T>
    result<T> remember(result<T> done) {
        if (!done) stopped_by_ = done.error();
        return done;
    }

    result<std::optional<std::vector<model::cell>>> find(std::span<model::cell const> key
    ) override {
        bind_cells(find_, key);
        auto const there = remember(find_.step());
        if (!there) return std::unexpected(there.error());
        std::optional<std::vector<model::cell>> row;
        if (*there) {
            row.emplace();
            for (std::size_t at = 0; at < of_.columns.size(); ++at)
                row->push_back(cell_of(find_, static_cast<int>(at)));
        }
        find_.reset();
        return row;
    }

    result<void> put(std::span<model::cell const> row) override {
        bind_cells(put_, row);
        return remember(put_.run());
    }

    result<bool> erase(std::span<model::cell const> key) override {
        bind_cells(erase_, key);
        auto const done = remember(erase_.run());
        if (!done) return std::unexpected(done.error());
        return on_.changes() > 0;
    }

    sqlite::database const& on_;
    table const& of_;
    model::view const& view_;
    sqlite::statement find_;
    sqlite::statement put_;
    sqlite::statement erase_;
    std::optional<error> stopped_by_;
};

}  // namespace

result<std::unique_ptr<projection>> prepare_rows(
    sqlite::database const& on, table const& of, model::view const& view
) {
    auto made = std::make_unique<row_statements>(on, of, view);
    DIPTYCH_TRY(made->prepare());
    return made;
}

}  // namespace diptych::read

#include "import.hpp"

#include "csv.hpp"
#include "progress.hpp"
#include "requests.hpp"

#include <diptych/json_value.hpp>
#include <diptych/try.hpp>

#include <fstream>
#include <functional>
#include <ostream>
#include <set>
#include <sstream>
#include <tuple>

namespace shop {

namespace {

using path = std::filesystem::path;
using columns = std::vector<std::string>;
using diptych::errc;
using diptych::fail;
using diptych::result;

// Where bad lines are told of.
struct complaint_book {
    std::ostream& out;
    std::size_t count = 0;

    void add(path const& file, std::size_t line, std::string_view what) {
        out << file.filename().string() << ':' << line << ": " << what << '\n';
        ++count;
    }
};

// Calls `take` with each good line of a table; its error skips the line, unless the engine failed.
result<void> each_line(
    path const& file,
    columns const& wanted,
    complaint_book& bad,
    std::function<result<void>(columns const&)> const& take
) {
    std::ifstream in{file};
    if (!in) return fail(errc::not_found, file.string() + " cannot be read");
    auto table = csv::table::open(in, wanted);
    if (!table) return fail(errc::invalid, file.string() + ": " + table.error().message);

    auto const size = std::filesystem::file_size(file);
    progress bar{file.filename().string(), size};
    for (std::uint64_t bytes = 0;; bar.at(bytes)) {
        auto const row = table->next();
        if (!row) {
            bad.add(file, table->line(), row.error().message);
            continue;
        }
        if (!*row) {
            bar.at(size);
            return {};
        }
        for (auto const& field : (*row)->fields) bytes += field.size() + 1;
        auto const taken = take((*row)->fields);
        if (taken) continue;
        if (taken.error().kind != errc::invalid && taken.error().kind != errc::refused)
            return std::unexpected(taken.error());
        bad.add(file, (*row)->line, taken.error().message);
    }
}

// Executes, and makes an error of a refusal.
template <class Command>
result<void> carry_out(diptych::application& app, Command const& command) {
    DIPTYCH_TRY(auto const answer, app.execute(command));
    if (answer.accepted()) return {};
    return fail(
        errc::refused, answer.reason, answer.detail.empty() ? answer.reason : answer.detail
    );
}

// The batch of a line; empty if it waits.
result<std::string> batch_of_line(diptych::application& app, allocate const& line) {
    DIPTYCH_TRY(
        auto const answer,
        app.view("allocations")
            .query({{"order_id", "eq." + line.order.value}, {"sku", "eq." + line.product.value}})
    );
    DIPTYCH_TRY(auto const rows, diptych::json::parse(answer.rows));
    for (auto const row : rows.root().elements())
        if (row.find("quantity")->integer() == line.quantity)
            return std::string{row.find("batchref")->text()};
    return std::string{};
}

std::string text_of(path const& file) {
    std::ifstream in{file, std::ios::binary};
    return (std::ostringstream{} << in.rdbuf()).str();
}

// The file is replaced as a whole, so that a crash leaves the old one or the new one.
result<void> append_lines(path const& file, columns const& lines) {
    auto text = std::filesystem::exists(file) ? text_of(file) : "";
    if (text.empty()) text = "orderid,sku,qty,batchref\n";
    if (!text.ends_with('\n')) text += '\n';
    for (auto const& line : lines) text += line + '\n';

    auto const fresh = path{file.string() + ".new"};
    std::ofstream out{fresh, std::ios::binary};
    out << text;
    out.close();
    std::error_code failure;
    if (out) std::filesystem::rename(fresh, file, failure);
    if (!out || failure) return fail(errc::failed, file.string() + " cannot be written");
    return {};
}

using line_key = std::tuple<order_id, product_id, int>;

// One run: what came of the lines so far.
struct import_run {
    diptych::application& app;
    import_report report = {};
    std::set<line_key> written = {};  // lines that stand in the table of allocations
    columns fresh = {};               // lines to append to it

    result<void> take_batch(columns const& fields) {
        DIPTYCH_TRY(auto const batch, batch_of(fields));
        DIPTYCH_TRY(carry_out(app, batch));
        ++report.batches;
        return {};
    }

    result<void> take_allocation(columns const& fields) {
        DIPTYCH_TRY(auto const line, allocation_of(fields));
        written.insert({line.order, line.product, line.quantity});
        return carry_out(app, line);
    }

    result<void> take_order(columns const& fields) {
        DIPTYCH_TRY(auto const line, order_line_of(fields));
        DIPTYCH_TRY(carry_out(app, line));
        DIPTYCH_TRY(auto const batch, batch_of_line(app, line));
        ++(batch.empty() ? report.out_of_stock : report.allocated);
        if (!batch.empty() && written.insert({line.order, line.product, line.quantity}).second)
            fresh.push_back(csv::join({fields[0], fields[1], fields[2], batch}));
        return {};
    }
};

bool has_lines(path const& file) {
    return std::filesystem::exists(file) && std::filesystem::file_size(file) > 0;
}

}  // namespace

result<import_report> import_tables(
    diptych::application& app, import_files const& files, std::ostream& complaints
) {
    complaint_book bad{complaints};
    import_run run{app};
    auto const batches = [&](columns const& fields) { return run.take_batch(fields); };
    auto const allocations = [&](columns const& fields) { return run.take_allocation(fields); };
    auto const orders = [&](columns const& fields) { return run.take_order(fields); };

    DIPTYCH_TRY(each_line(files.batches, {"ref", "sku", "qty", "eta"}, bad, batches));
    if (has_lines(files.out)) {
        columns const all{"orderid", "sku", "qty", "batchref"};
        DIPTYCH_TRY(each_line(files.out, all, bad, allocations));
    }
    DIPTYCH_TRY(each_line(files.orders, {"orderid", "sku", "qty"}, bad, orders));
    DIPTYCH_TRY(append_lines(files.out, run.fresh));
    run.report.skipped = bad.count;
    return run.report;
}

}  // namespace shop

/// @file
/// Stock and orders from tables, allocations into a table.
#pragma once

#include <diptych/application.hpp>
#include <diptych/error.hpp>

#include <cstddef>
#include <filesystem>
#include <iosfwd>

namespace shop {

struct import_files {
    std::filesystem::path batches;  ///< ref,sku,qty,eta
    std::filesystem::path orders;   ///< orderid,sku,qty
    std::filesystem::path out;      ///< orderid,sku,qty,batchref; its lines are kept.
};

struct import_report {
    std::size_t batches = 0;       ///< Lines of batches that were taken.
    std::size_t allocated = 0;     ///< Lines of orders that have a batch.
    std::size_t out_of_stock = 0;  ///< Lines of orders that wait for one.
    std::size_t skipped = 0;       ///< Lines that were bad; each is reported.
};

/// Takes the batches, then what `out` says is allocated, then the orders, and appends to `out` what
/// is new. A bad line is reported to `complaints` with its number and skipped. Doing it again
/// changes nothing. Blocking.
///
/// Fails with not_found if a file is missing, invalid if it lacks a column, and as the engine does.
diptych::result<import_report> import_tables(
    diptych::application& app, import_files const& files, std::ostream& complaints
);

}  // namespace shop

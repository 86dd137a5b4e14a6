/// @file
/// What the service's users send, read into commands: bodies of requests and lines of tables.
///
/// Everything here checks the form only; whether there is such a product, or stock, is the domain's
/// to say.
#pragma once

#include "domain.hpp"

#include <diptych/error.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace shop {

/// `{"ref": "b1", "sku": "lamp", "qty": 10, "eta": null}`, eta a date "2030-01-02" or left out.
/// Further members are ignored. Fails with invalid, the message beginning with the field.
diptych::result<create_batch> read_add_batch(std::string_view body);

/// `{"orderid": "o1", "sku": "lamp", "qty": 3}`. Fails as above.
diptych::result<allocate> read_allocate(std::string_view body);

/// The fields ref, sku, qty, eta of a line. Fails as above.
diptych::result<create_batch> batch_of(std::vector<std::string> const& fields);

/// The fields orderid, sku, qty of a line. Fails as above.
diptych::result<allocate> order_line_of(std::vector<std::string> const& fields);

/// The fields orderid, sku, qty, batchref of a line. Fails as above.
diptych::result<allocate_from> allocation_of(std::vector<std::string> const& fields);

}  // namespace shop

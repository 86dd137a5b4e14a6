/// @file
/// Invoices are numbered without gaps: a state over the whole log, and the environment.
#pragma once

#include <diptych/diptych.hpp>

#include <string>

namespace invoices {

using customer_id = diptych::id<"customer">;

struct invoice_issued {
    customer_id customer;
    int number;
    std::string key;
    diptych::timestamp issued;
};

struct numbering {
    int last = 0;
    void evolve(invoice_issued const& e) { last = e.number; }
};

struct issue_invoice {
    customer_id customer;
    diptych::decision<invoice_issued> decide(
        numbering const& n, diptych::environment const& surroundings
    ) const {
        return invoice_issued{
            .customer = customer,
            .number = n.last + 1,
            .key = surroundings.new_id(),
            .issued = surroundings.now
        };
    }
};

using context = diptych::context<diptych::commands<issue_invoice>>;

}  // namespace invoices

/// @file
/// The pages of registrants: from the list of conferences to a seat with a name on it.
#pragma once

#include "web/site.hpp"

namespace conference::web {

/// `/conferences`, `/{conf}`, `/{conf}/register`, `/{conf}/waiting`. The site is copied, here and
/// below.
void add_choosing_routes(diptych::application& app, site const& with);

/// `/{conf}/registrant`, `/{conf}/promotion`, `/{conf}/confirmation`, `/{conf}/expired`.
void add_registrant_routes(diptych::application& app, site const& with);

/// `/{conf}/order/find`, `/{conf}/order/{order}`, `/{conf}/order/{order}/seats`.
void add_order_routes(diptych::application& app, site const& with);

/// `/{conf}/pay`, and `/third-party-payment`: the page of somebody else, played here.
void add_payment_routes(diptych::application& app, site const& with);

/// The lines of an order and what they cost.
std::string price_table(row const& priced);

/// 404.
http::response no_order();

}  // namespace conference::web

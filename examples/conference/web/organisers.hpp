/// @file
/// The pages of organisers: a conference, its seats and its orders, for who has its access code.
#pragma once

#include "web/site.hpp"

namespace conference::web {

/// `/management`, `/management/{conf}?access_code=...`: 401 with a wrong code, 404 for a conference
/// that there is not. The site is copied.
void add_organiser_routes(diptych::application& app, site const& with);

}  // namespace conference::web

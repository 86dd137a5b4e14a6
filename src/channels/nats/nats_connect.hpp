/// @file
/// What every connection to a NATS server begins with. Names the library's own types.
#pragma once

#include "channels/nats/nats_options.hpp"
#include "endpoint/declared_channel.hpp"
#include "outbox/scheme.hpp"

#include <diptych/error.hpp>

#include <nats/nats.h>

#include <memory>
#include <string_view>
#include <vector>

namespace diptych::channels {

/// Fails with unavailable (code "nats") if the status is not NATS_OK.
result<void> nats_checked(natsStatus status);

using nats_option_list = std::unique_ptr<natsOptions, decltype(&::natsOptions_Destroy)>;

/// The library does not connect again by itself: whoever uses it does.
result<nats_option_list> nats_options_of(nats_options const& how);

/// Where it is, and who we are. Fails as endpoint::revealed() does.
result<nats_options> nats_access_of(
    endpoint::declared_channel const& of, endpoint::surroundings const& in
);

/// The settings of that, for a scheme, behind its own.
std::vector<endpoint::setting_rule> with_nats_settings(std::vector<endpoint::setting_rule> own);

bool is_nats_address(std::string_view address);

}  // namespace diptych::channels

/// @file
/// What every connection to a NATS server begins with. Names the library's own types.
#pragma once

#include "channels/nats/nats_options.hpp"

#include <diptych/error.hpp>

#include <nats/nats.h>

#include <memory>
#include <string>
#include <string_view>

namespace diptych::channels {

/// Fails with unavailable (code "nats") if the status is not NATS_OK.
result<void> nats_checked(natsStatus status);

using nats_option_list = std::unique_ptr<natsOptions, decltype(&::natsOptions_Destroy)>;

/// The library does not connect again by itself: whoever uses it does.
result<nats_option_list> nats_options_of(nats_options const& how);

/// "//a:4222,b:4222" as "nats://a:4222,nats://b:4222".
std::string nats_servers_of(std::string_view scheme, std::string_view address);

bool is_nats_address(std::string_view address);

}  // namespace diptych::channels

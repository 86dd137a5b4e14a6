#include "app/channel_schemes.hpp"

#include "channels/file/file_transport.hpp"

#include <cstdlib>
#include <utility>

namespace diptych::app {

std::vector<outbox::scheme> channel_schemes() {
    std::vector<outbox::scheme> all;
    all.push_back(channels::file_scheme());
    return all;
}

std::optional<std::string> environment_variable(std::string const& name) {
    auto const* const found = std::getenv(name.c_str());
    if (found == nullptr) return {};
    return std::string(found);
}

}  // namespace diptych::app

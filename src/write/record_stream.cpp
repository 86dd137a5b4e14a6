#include "write/record_stream.hpp"

#include "log/hash.hpp"

#include <diptych/event.hpp>

namespace diptych::write {

std::string shortened(std::string_view name) { return log::to_hex(log::sha256({name})); }

std::string record_stream(std::string_view category, std::string_view whose) {
    auto plain = std::string(category) + "-" + std::string(whose);
    if (plain.size() <= name_size_max) return plain;
    return std::string(category) + "-" + shortened(whose);
}

}  // namespace diptych::write

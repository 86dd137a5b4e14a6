#include "write/process_stream.hpp"

#include "log/hash.hpp"

#include <diptych/json_value.hpp>

namespace diptych::write {

namespace {

// An instance's part of a name that would be too long with it.
constexpr std::size_t shortened_size = 64;
std::string shortened(std::string_view instance) { return log::to_hex(log::sha256({instance})); }

}  // namespace

std::string process_stream(std::string_view process, std::string_view instance) {
    auto plain = std::string(process) + "-" + std::string(instance);
    if (plain.size() <= name_size_max) return plain;
    return std::string(process) + "-" + shortened(instance);
}

std::string_view instance_of(std::string_view process, std::string_view stream) {
    if (category_of(stream) != process || stream.size() <= process.size()) return {};
    return stream.substr(process.size() + 1);
}

std::string instance_of(std::string_view process, recorded_event const& record) {
    auto const in_stream = instance_of(process, record.stream);
    if (in_stream.size() != shortened_size) return std::string(in_stream);
    auto const document = json::parse(std::string(record.data));
    auto const said = document ? document->root().find("instance") : std::nullopt;
    return said && !said->text().empty() ? std::string(said->text()) : std::string(in_stream);
}

bool needs_instance(std::string_view process, std::string_view instance) {
    return instance_of(process, process_stream(process, instance)) != instance;
}

std::string command_id(
    std::string_view process, std::string_view instance, position input, std::size_t ordinal
) {
    auto const id_with = [&](std::string_view part) {
        return std::string(process) + "/" + std::string(part) + "/" + std::to_string(input.value) +
               "/" + std::to_string(ordinal);
    };
    auto plain = id_with(instance);
    return plain.size() <= name_size_max ? plain : id_with(shortened(instance));
}

}  // namespace diptych::write

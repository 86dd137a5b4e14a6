#include "write/process/process_stream.hpp"

#include <diptych/json_value.hpp>

namespace diptych::write {

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

json::writer begin_record(std::string_view process, std::string_view instance) {
    json::writer out;
    out.begin_object();
    if (instance_of(process, record_stream(process, instance)) != instance)
        out.member("instance", instance);
    return out;
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

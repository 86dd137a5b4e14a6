#include "read/source.hpp"

#include <diptych/json_writer.hpp>

#include <fmt/format.h>

namespace diptych::read {

place place_of(source const& in, std::size_t offset) {
    place at;
    for (std::size_t i = 0; i < offset && i < in.text.size(); ++i) {
        if (in.text[i] == '\n') {
            ++at.line;
            at.column = 1;
        } else {
            ++at.column;
        }
    }
    return at;
}

std::unexpected<error> fail_at(source const& in, std::size_t offset, std::string message) {
    auto const at = place_of(in, offset);
    std::string file;
    json::append_quoted(file, in.file);
    return std::unexpected(error{
        .kind = errc::invalid,
        .code = "view_file",
        .message = fmt::format("{}:{}:{}: {}", in.file, at.line, at.column, message),
        .facts =
            {
                {"file", std::move(file)},
                {"line", std::to_string(at.line)},
                {"column", std::to_string(at.column)},
            },
    });
}

}  // namespace diptych::read

#include "write/user_code.hpp"

#include <diptych/json_writer.hpp>

#include <cstdlib>
#include <cxxabi.h>
#include <exception>
#include <string>

namespace diptych::write {

namespace {

std::string name_of_current_exception() {
    auto const* const type = abi::__cxa_current_exception_type();
    if (type == nullptr) return "an unknown exception";
    int status = 0;
    char* const plain = abi::__cxa_demangle(type->name(), nullptr, nullptr, &status);
    std::string name = status == 0 ? plain : type->name();
    std::free(plain);  // NOLINT(cppcoreguidelines-no-malloc): __cxa_demangle says so
    return name;
}

}  // namespace

std::unexpected<error> thrown(std::string_view where) {
    auto const type = name_of_current_exception();
    std::string message = std::string(where) + " threw " + type;
    try {
        throw;
    } catch (std::exception const& e) {
        message += std::string(": ") + e.what();
    } catch (...) {  // nothing more is known of it
    }
    std::string quoted;
    json::append_quoted(quoted, type);
    return std::unexpected(error{
        .kind = errc::failed,
        .code = "exception",
        .message = std::move(message),
        .facts = {{"exception", std::move(quoted)}}
    });
}

}  // namespace diptych::write

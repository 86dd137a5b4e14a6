#include <diptych/json_writer.hpp>
#include <diptych/user_code.hpp>

#include <cstdlib>
#include <cxxabi.h>
#include <exception>
#include <string>

namespace diptych::detail {
namespace {

/// The type of the exception being handled, as written in the source.
std::string thrown_type() {
    auto const* const type = abi::__cxa_current_exception_type();
    if (type == nullptr) return "an unknown exception";
    int status = 0;
    char* const plain = abi::__cxa_demangle(type->name(), nullptr, nullptr, &status);
    std::string name = status == 0 ? plain : type->name();
    std::free(plain);  // NOLINT(cppcoreguidelines-no-malloc): __cxa_demangle says so
    return name;
}

/// What the exception being handled says of itself; empty if it says nothing.
std::string said() {
    try {
        throw;
    } catch (std::exception const& problem) {
        return problem.what();
    } catch (...) {
        return {};
    }
}

}  // namespace

std::unexpected<error> thrown(std::string_view where) {
    auto const type = thrown_type();
    auto message = std::string{where}.append(" threw ").append(type);
    if (auto const what = said(); !what.empty()) message.append(": ").append(what);
    std::string quoted;
    json::append_quoted(quoted, type);
    return std::unexpected(error{
        .kind = errc::failed,
        .code = "exception",
        .message = std::move(message),
        .facts = {{"exception", std::move(quoted)}}
    });
}

}  // namespace diptych::detail

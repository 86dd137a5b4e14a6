#include <diptych/error.hpp>

namespace diptych {

std::string_view to_string(errc kind) noexcept {
    switch (kind) {
        case errc::refused:
            return "refused";
        case errc::conflict:
            return "conflict";
        case errc::not_found:
            return "not_found";
        case errc::invalid:
            return "invalid";
        case errc::denied:
            return "denied";
        case errc::unavailable:
            return "unavailable";
        case errc::outcome_unknown:
            return "outcome_unknown";
        case errc::corrupt:
            return "corrupt";
        case errc::failed:
            return "failed";
    }
    return "failed";
}

std::optional<errc> parse_errc(std::string_view name) noexcept {
    for (auto const one :
         {errc::refused,
          errc::conflict,
          errc::not_found,
          errc::invalid,
          errc::denied,
          errc::unavailable,
          errc::outcome_unknown,
          errc::corrupt,
          errc::failed})
        if (to_string(one) == name) return one;
    return std::nullopt;
}

std::unexpected<error> fail(errc kind, std::string message) {
    return fail(kind, std::string(to_string(kind)), std::move(message));
}

std::unexpected<error> fail(errc kind, std::string code, std::string message) {
    return std::unexpected(
        error{.kind = kind, .code = std::move(code), .message = std::move(message)}
    );
}

}  // namespace diptych

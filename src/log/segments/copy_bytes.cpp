#include "log/segments/copy_bytes.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace diptych::log::segments {

result<void> copy_bytes(
    storage::file const& from,
    storage::file& to,
    std::uint64_t begin,
    std::uint64_t end,
    std::function<void(std::uint64_t bytes)> const& progress
) {
    std::string piece(std::min<std::uint64_t>(end - begin, 1u << 20), '\0');
    for (auto at = begin; at < end; at += piece.size()) {
        auto const size = std::min<std::uint64_t>(end - at, piece.size());
        DIPTYCH_TRY(auto const got, from.read(at, {piece.data(), size}));
        if (got < size)
            return fail(errc::corrupt, "it ends at " + std::to_string(at + got) + ", too early");
        DIPTYCH_TRY(to.write(at, std::string_view(piece).substr(0, size)));
        if (progress) progress(size);
    }
    return {};
}

}  // namespace diptych::log::segments

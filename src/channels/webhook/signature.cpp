#include "channels/webhook/signature.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace diptych::channels {

namespace {

constexpr std::string_view encoded_prefix = "whsec_";

unsigned char const* bytes_of(std::string_view text) {
    return reinterpret_cast<unsigned char const*>(text.data());
}

}  // namespace

result<std::string> secret_bytes(std::string_view text) {
    if (!text.starts_with(encoded_prefix)) {
        if (!text.empty()) return std::string(text);
        return fail(errc::invalid, "channel_secret", "the secret of a webhook is empty");
    }
    auto const encoded = text.substr(encoded_prefix.size());
    std::string made(encoded.size(), '\0');
    auto const length = ::EVP_DecodeBlock(
        reinterpret_cast<unsigned char*>(made.data()),
        bytes_of(encoded),
        static_cast<int>(encoded.size())
    );
    auto const padding = encoded.ends_with("==") ? 2 : encoded.ends_with('=') ? 1 : 0;
    if (length <= padding)
        return fail(
            errc::invalid, "channel_secret", "what follows whsec_ in the secret is not base64"
        );
    made.resize(static_cast<std::size_t>(length - padding));
    return made;
}

std::string signature_of(signed_parts const& what, std::vector<std::string> const& secrets) {
    std::string content(what.id);
    content.append(".").append(what.timestamp).append(".").append(what.body);
    std::string all;
    for (auto const& secret : secrets) {
        std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
        unsigned length = 0;
        ::HMAC(
            ::EVP_sha256(),
            secret.data(),
            static_cast<int>(secret.size()),
            bytes_of(content),
            content.size(),
            hash.data(),
            &length
        );
        std::array<unsigned char, 2 * EVP_MAX_MD_SIZE> text{};
        auto const size = ::EVP_EncodeBlock(text.data(), hash.data(), static_cast<int>(length));
        all += all.empty() ? "v1," : " v1,";
        all.append(text.begin(), text.begin() + size);
    }
    return all;
}

}  // namespace diptych::channels

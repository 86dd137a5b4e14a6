#include "log/hash.hpp"

#include <diptych/assert.hpp>

#include <openssl/evp.h>

#include <cstring>
#include <memory>

namespace diptych::log {

namespace {

struct free_context {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// Fetching the algorithm once and keeping a context per thread halves the cost of a short hash.
EVP_MD const* algorithm() {
    static auto* const fetched = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
    DIPTYCH_ASSERT(fetched != nullptr, "OpenSSL has SHA-256");
    return fetched;
}

EVP_MD_CTX* context() {
    thread_local std::unique_ptr<EVP_MD_CTX, free_context> const mine{EVP_MD_CTX_new()};
    return mine.get();
}

hash256 digest(std::initializer_list<std::string_view> parts) {
    hash256 hash;
    auto* const state = context();
    auto ok = EVP_DigestInit_ex2(state, algorithm(), nullptr) == 1;
    for (auto const part : parts) ok = ok && EVP_DigestUpdate(state, part.data(), part.size()) == 1;
    ok = ok && EVP_DigestFinal_ex(state, hash.data(), nullptr) == 1;
    DIPTYCH_ASSERT(ok, "SHA-256 does not fail");
    return hash;
}

}  // namespace

hash256 sha256(std::initializer_list<std::string_view> parts) {
    // Each update costs about as much as hashing 40 bytes: short parts are put together first.
    std::array<char, 1024> together;
    std::size_t size = 0;
    for (auto const part : parts) {
        if (part.size() > together.size() - size) return digest(parts);
        if (!part.empty()) std::memcpy(together.data() + size, part.data(), part.size());
        size += part.size();
    }
    return digest({{together.data(), size}});
}

std::string to_hex(hash256 const& hash) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(2 * hash.size());
    for (auto const byte : hash) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

}  // namespace diptych::log

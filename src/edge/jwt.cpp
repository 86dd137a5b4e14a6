#include "edge/jwt.hpp"

#include "edge/access.hpp"
#include "read/base64.hpp"

#include <diptych/json_value.hpp>
#include <diptych/try.hpp>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>

namespace diptych::edge {

namespace {

constexpr double leeway_seconds = 30;  // clocks differ
constexpr std::size_t secret_bytes_min = 32;
constexpr int rsa_bits_min = 2048;
constexpr std::size_t claims_max = 256;

template <auto Free>
struct freed_by {
    template <class Object>
    void operator()(Object* what) const {
        Free(what);
    }
};

unsigned char const* bytes_of(std::string_view text) {
    return reinterpret_cast<unsigned char const*>(text.data());
}

std::unexpected<error> wrong_token(std::string why) {
    return fail(errc::denied, "token_wrong", "the bearer token " + std::move(why));
}

std::unexpected<error> wrong_key(std::string why) {
    return fail(errc::invalid, "jwt_key", std::move(why));
}

/// JSON has r and s one after the other, OpenSSL wants them in DER.
std::string der_of(std::string_view signature) {
    if (signature.size() != 64) return {};
    std::unique_ptr<ECDSA_SIG, freed_by<ECDSA_SIG_free>> const both(ECDSA_SIG_new());
    auto* const r = BN_bin2bn(bytes_of(signature), 32, nullptr);
    auto* const s = BN_bin2bn(bytes_of(signature) + 32, 32, nullptr);
    if (!both || r == nullptr || s == nullptr || ECDSA_SIG_set0(both.get(), r, s) != 1) return {};
    unsigned char* der = nullptr;
    auto const size = i2d_ECDSA_SIG(both.get(), &der);
    if (size <= 0) return {};
    std::string text(reinterpret_cast<char const*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return text;
}

void flatten(json::value const& value, std::string const& name, http::pairs& to) {
    if (to.size() >= claims_max) return;
    switch (value.kind()) {
        case json::kind::object:
            for (auto const& [member, inner] : value.members())
                flatten(
                    inner, name.empty() ? std::string(member) : name + '.' + std::string(member), to
                );
            break;
        case json::kind::array:
            for (auto const one : value.elements()) flatten(one, name, to);
            break;
        case json::kind::text:
            to.emplace_back(name, std::string(value.text()));
            break;
        case json::kind::null:
            break;
        default:
            to.emplace_back(name, std::string(value.raw()));
            break;
    }
}

bool has_claim(http::pairs const& claims, std::string_view name, std::string_view value) {
    return std::ranges::any_of(claims, [&](auto const& one) {
        return one.first == name && one.second == value;
    });
}

std::optional<double> number_in(json::value const& of, std::string_view name) {
    auto const found = of.find(name);
    return found && found->is_number() ? std::optional{found->real()} : std::nullopt;
}

result<void> check_time(json::value const& claims, timestamp now) {
    auto const seconds = std::chrono::duration<double>(now.time_since_epoch()).count();
    auto const end = number_in(claims, "exp");
    if (!end) return wrong_token("has no end: 'exp' is missing");
    if (seconds >= *end + leeway_seconds) return wrong_token("has expired");
    if (!claims.find("nbf")) return {};
    auto const begin = number_in(claims, "nbf");
    if (!begin || seconds < *begin - leeway_seconds) return wrong_token("is not valid yet");
    return {};
}

}  // namespace

struct jwt_verifier::key {
    std::string secret = {};
    std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>> open = {};
};

result<jwt_verifier> jwt_verifier::make(jwt_options const& how) {
    auto made = std::make_shared<key>();
    if (how.algorithm == "HS256") {
        if (how.key.size() < secret_bytes_min)
            return wrong_key("the secret for HS256 has at least 32 bytes");
        made->secret = how.key;
    } else if (how.algorithm == "RS256" || how.algorithm == "ES256") {
        std::unique_ptr<BIO, freed_by<BIO_free>> const in(
            BIO_new_mem_buf(how.key.data(), static_cast<int>(how.key.size()))
        );
        made->open.reset(in ? PEM_read_bio_PUBKEY(in.get(), nullptr, nullptr, nullptr) : nullptr);
        if (!made->open)
            return wrong_key("the key for " + how.algorithm + " is no public key in PEM");
        auto const is_rsa = EVP_PKEY_get_base_id(made->open.get()) == EVP_PKEY_RSA;
        auto const bits = EVP_PKEY_get_bits(made->open.get());
        if (how.algorithm == "RS256" && (!is_rsa || bits < rsa_bits_min))
            return wrong_key("RS256 needs an RSA key of 2048 bits or more");
        std::array<char, 32> group{};
        EVP_PKEY_get_group_name(made->open.get(), group.data(), group.size(), nullptr);
        if (how.algorithm == "ES256" && std::string_view(group.data()) != "prime256v1")
            return wrong_key("ES256 needs a key on the curve P-256");
    } else {
        return wrong_key(
            "'" + how.algorithm + "' is no algorithm; there are HS256, RS256 and ES256"
        );
    }
    jwt_verifier verifier;
    verifier.how_ = how;
    verifier.how_.key.clear();
    verifier.key_ = std::move(made);
    return verifier;
}

bool jwt_verifier::is_signed(std::string_view what, std::string_view signature) const {
    if (how_.algorithm == "HS256") {
        std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
        unsigned size = 0;
        auto const& secret = key_->secret;
        auto const* const made = HMAC(
            EVP_sha256(),
            secret.data(),
            static_cast<int>(secret.size()),
            bytes_of(what),
            what.size(),
            digest.data(),
            &size
        );
        return made != nullptr &&
               same_secret(signature, {reinterpret_cast<char const*>(digest.data()), size});
    }
    auto const der = how_.algorithm == "ES256" ? der_of(signature) : std::string(signature);
    std::unique_ptr<EVP_MD_CTX, freed_by<EVP_MD_CTX_free>> const context(EVP_MD_CTX_new());
    return context && !der.empty() &&
           EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_->open.get()) ==
               1 &&
           EVP_DigestVerify(
               context.get(), bytes_of(der), der.size(), bytes_of(what), what.size()
           ) == 1;
}

result<http::pairs> jwt_verifier::verify(std::string_view token, timestamp now) const {
    auto const first = token.find('.');
    auto const last = token.rfind('.');
    if (first == last) return wrong_token("is no JSON Web Token");
    auto const header = read::from_base64(token.substr(0, first));
    auto const body = read::from_base64(token.substr(first + 1, last - first - 1));
    auto const signature = read::from_base64(token.substr(last + 1));
    if (!header || !body || !signature) return wrong_token("is no JSON Web Token");
    auto const said = json::parse(*header);
    auto const algorithm = said ? said->root().find("alg") : std::nullopt;
    auto const is_pinned = algorithm && algorithm->kind() == json::kind::text &&
                           algorithm->text() == how_.algorithm && !said->root().find("crit");
    if (!is_pinned) return wrong_token("is not signed with " + how_.algorithm);
    if (!is_signed(token.substr(0, last), *signature))
        return wrong_token("has a signature that does not fit");

    auto const claims = json::parse(*body);
    if (!claims || claims->root().kind() != json::kind::object) return wrong_token("has no claims");
    DIPTYCH_TRY(check_time(claims->root(), now));
    http::pairs all;
    flatten(claims->root(), "", all);
    if (all.size() >= claims_max) return wrong_token("has too many claims");
    if (!how_.audience.empty() && !has_claim(all, "aud", how_.audience))
        return wrong_token("is for another audience than '" + how_.audience + "'");
    if (!how_.issuer.empty() && !has_claim(all, "iss", how_.issuer))
        return wrong_token("is not from '" + how_.issuer + "'");
    return all;
}

bool has_all_rights(http::pairs const& claims) {
    return std::ranges::any_of(claims, [](auto const& one) {
        return one.first == "scope" && (' ' + one.second + ' ').contains(" diptych:all ");
    });
}

}  // namespace diptych::edge

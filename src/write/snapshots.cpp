#include "write/snapshots.hpp"

#include "write/state_names.hpp"
#include "write/user_code.hpp"

#include <diptych/try.hpp>

#include <array>
#include <string_view>

namespace diptych::write {

namespace {

// A snapshot is these lines and then the saved state.
struct parsed {
    std::string_view format, log, point, chain, fingerprint, revision, build, saved;
};

constexpr std::string_view format_line = "diptych snapshot 1";

std::optional<parsed> parse(std::string_view bytes) {
    std::array<std::string_view, 7> lines;
    for (auto& line : lines) {
        auto const end = bytes.find('\n');
        if (end == bytes.npos) return std::nullopt;
        line = bytes.substr(0, end);
        bytes.remove_prefix(end + 1);
    }
    auto const [format, log, point, chain, fingerprint, revision, build] = lines;
    return parsed{format, log, point, chain, fingerprint, revision, build, bytes};
}

std::string revision_of(model::state const& of) {
    return of.revision ? std::to_string(*of.revision) : "-";
}

}  // namespace

result<std::string> snapshots::stamp(model::state const& of, position at) const {
    auto const end = log_.durable_end();
    DIPTYCH_TRY(auto const chain, log_.chain_at(at));
    std::string lines(format_line);
    for (auto const& line :
         {to_string(end.log_id),
          to_string(token{end.epoch, at}),
          log::to_hex(chain),
          of.fingerprint,
          revision_of(of),
          build_id_})
        lines += '\n' + line;
    return lines + '\n';
}

std::optional<snapshot> snapshots::load(
    model::state const& of, std::span<std::string const> names, position up_to, bool& ignored
) const {
    ignored = false;
    if (build_id_.empty() && !usable_across_builds(of)) return std::nullopt;
    auto const bytes = log_.load_state(snapshot_name(of, names));
    if (!bytes || !*bytes) return std::nullopt;
    ignored = true;
    auto const found = parse(**bytes);
    if (!found || found->format != format_line) return std::nullopt;
    auto const point = parse_token(found->point);
    if (!point || point->position > up_to || !log_.check(*point)) return std::nullopt;
    auto const chain = log_.chain_at(point->position);
    if (!chain || found->chain != log::to_hex(*chain)) return std::nullopt;
    if (found->log != to_string(log_.durable_end().log_id)) return std::nullopt;
    if (found->fingerprint != of.fingerprint) return std::nullopt;
    if (found->revision != revision_of(of)) return std::nullopt;
    auto const another = build_id_.empty() || found->build != build_id_;
    if (another && !usable_across_builds(of)) return std::nullopt;
    auto loaded = guarded("loading " + of.name, [&] { return of.load(found->saved); });
    if (!loaded) return std::nullopt;
    ignored = false;
    return snapshot{
        .state = {.value = *std::move(loaded), .at = point->position}, .of_another_build = another
    };
}

bool snapshots::offer(
    model::state const& of, std::span<std::string const> names, folded_state what
) {
    if (of.save == nullptr || of.load == nullptr) return false;
    if (build_id_.empty() && !usable_across_builds(of)) return false;
    std::lock_guard const lock(mutex_);
    if (pending_.size() >= pending_max_) return false;
    pending_.push_back({.of = &of, .names = {names.begin(), names.end()}, .what = std::move(what)});
    return true;
}

result<bool> snapshots::step() {
    std::unique_lock lock(mutex_);
    if (pending_.empty()) return false;
    auto const next = std::move(pending_.back());
    pending_.pop_back();
    lock.unlock();
    DIPTYCH_TRY(auto bytes, stamp(*next.of, next.what.at));
    DIPTYCH_TRY(auto const saved, guarded("saving " + next.of->name, [&]() -> result<std::string> {
                    return next.of->save(next.what.value.get());
                }));
    DIPTYCH_TRY(log_.save_state(snapshot_name(*next.of, next.names), bytes + saved));
    return true;
}

}  // namespace diptych::write

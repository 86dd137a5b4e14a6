/// @file
/// The sources that are declared: where messages of other services enter the log.
///
/// A message passes once, in the order that its source asks for, when what it refers to is known;
/// then it is an event like any other. See docs/reference/inbox.md.
#pragma once

#include "inbox/source_inbox.hpp"
#include "log/sequenced_log.hpp"

#include <diptych/clock.hpp>
#include <diptych/error.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::inbox {

/// A source without a file.
struct undeclared_source {
    std::string name;
    std::size_t held;  ///< Messages.
};

/// A sentence for people.
std::string to_string(undeclared_source const& what);

/// Sources are added first, on one thread; then it is thread-safe. Keeps references: log and clock
/// must outlive it.
class sources {
public:
    sources(
        log::sequenced_log& log, clock& time, source_options options, declared_types is_declared
    )
        : log_(log),
          time_(time),
          options_(std::move(options)),
          is_declared_(std::move(is_declared)) {}

    /// Adds the source that a file declares. Fails with invalid (code "inbox_file") if it does not,
    /// or there is one of this name.
    result<void> add(std::string_view file_name, std::string_view text);

    /// Fails with not_found (code "unknown_source"); the message names those that there are.
    result<source_inbox*> find(std::string_view name) const;

    std::vector<source_inbox*> all() const;

    /// Those of which messages are held, and that nobody declares any more: nothing of them passes,
    /// and this stays so. Blocking, the first time. Fails with what reading the log fails with.
    result<std::vector<undeclared_source>> undeclared() const;

    /// One step of each. Whether there may be more to do at once.
    result<bool> step();

    /// Whether events of this type are the application's own to record.
    declared_types const& is_declared() const { return is_declared_; }

private:
    result<std::vector<undeclared_source>> find_undeclared() const;

    log::sequenced_log& log_;
    clock& time_;
    source_options options_;
    declared_types is_declared_;
    std::map<std::string, std::unique_ptr<source_inbox>, std::less<>> by_name_;
    mutable std::mutex looking_;
    mutable std::optional<std::vector<undeclared_source>> undeclared_;  // guarded by looking_
};

}  // namespace diptych::inbox

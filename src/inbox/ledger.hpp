/// @file
/// What the log says is held of one source: the fold of its records.
#pragma once

#include "inbox/holding_area.hpp"
#include "inbox/source.hpp"
#include "log/sequenced_log.hpp"

#include <diptych/error.hpp>
#include <diptych/event.hpp>
#include <diptych/position.hpp>

#include <map>
#include <string>

namespace diptych::inbox {

/// See the file comment. Keeps a reference: the source must outlive it. Not thread-safe.
class ledger {
public:
    explicit ledger(source const& of) : source_(of) {}

    /// Reads the records after the last one read. Fails with what reading fails with.
    result<void> catch_up(log::sequenced_log const& log);

    /// Those that are held, by message id. Their order of arrival is that of their records.
    std::map<std::string, held, std::less<>> const& open() const { return open_; }

private:
    result<void> fold(recorded_event const& event);

    source const& source_;
    version at_{};
    std::map<std::string, held, std::less<>> open_;
};

}  // namespace diptych::inbox

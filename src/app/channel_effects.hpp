/// @file
/// What messages of incoming channels lead to: commands of the application, and its inbox.
#pragma once

#include "inbox/sources.hpp"
#include "intake/effects.hpp"
#include "write/executor.hpp"

#include <diptych/error.hpp>

namespace diptych::app {

/// What passes by itself is unavailable, whatever kind the log or the machine said: a message is
/// tried again for it, and never given up on.
error put_off(error why);

/// A command is executed under the message's id, with the channel as its caller; a message of a
/// source enters under its id: so the log knows both again. Keeps references: both must outlive it.
class channel_effects final : public intake::effects {
public:
    channel_effects(write::executor& commands, inbox::sources& sources)
        : commands_(commands), sources_(sources) {}

    result<void> check(intake::rule const& of) const override;
    void carry_out(intake::asked what, intake::verdict_taker done) override;

private:
    void execute(intake::asked const& what, intake::verdict_taker done);
    void record(intake::asked const& what, intake::verdict_taker done);

    write::executor& commands_;
    inbox::sources& sources_;
};

}  // namespace diptych::app

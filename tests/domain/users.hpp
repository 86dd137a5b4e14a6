/// @file
/// Names of users are unique: the id of a state is what must not be taken twice.
#pragma once

#include <diptych/diptych.hpp>

#include <optional>

namespace users {

using user_id = diptych::id<"user">;
using username = diptych::id<"username">;

struct user_registered {
    using home = user_id;
    user_id user;
    username name;
};
struct user_renamed {
    using home = user_id;
    user_id user;
    username old_name;
    username new_name;
};

enum class refusal { taken };

struct name_owner {
    using of = username;
    std::optional<user_id> owner;
    void evolve(user_registered const& e) { owner = e.user; }
    void evolve(user_renamed const& e, username const& self) {
        if (e.new_name == self)
            owner = e.user;
        else
            owner.reset();
    }
};

struct register_user {
    user_id user;
    username name;
    diptych::decision<user_registered> decide(name_owner const& holder) const {
        if (holder.owner == user) return diptych::no_events;
        if (holder.owner) return diptych::refuse(refusal::taken, name.value);
        return user_registered{.user = user, .name = name};
    }
};

struct registry
    : diptych::context<diptych::commands<register_user>, diptych::events<user_renamed>> {};

}  // namespace users

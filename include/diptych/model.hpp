/// @file
/// What the engine knows of a domain: contexts, commands, states and processes with their types
/// erased.
///
/// diptych::context builds these tables from plain structs at compile time; the engine, the HTTP
/// interface and `explain` read them. Users of the library need nothing in here.
#pragma once

#include <diptych/environment.hpp>
#include <diptych/error.hpp>
#include <diptych/event.hpp>
#include <diptych/query.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::model {

enum class value_kind {
    text,
    integer,
    real,
    boolean,
    timestamp,
    date,
    duration,
    id,
    enumeration,
    list,
    map,
    object,
    json
};

/// The shape of a value, for schemas, bindings and forms. A template only because a type has fields
/// and a field has a type.
template <class Field>
struct type_with {
    value_kind kind = value_kind::json;
    std::string id_kind = {};             ///< Of an id: "order".
    std::vector<std::string> names = {};  ///< Of an enumeration.
    std::vector<Field> fields = {};       ///< Of an object; of a list or map: one, its element.
    bool nullable = false;                ///< Whether null stands for "none".
};

struct field;
using type = type_with<field>;

struct field {
    std::string name;
    type of;
    bool required = true;  ///< False: optional.
};

/// An event that an older one was turned into.
struct upcasted {
    std::string type;  ///< As recorded: "shop.allocated".
    std::string data;  ///< JSON.
};

/// An event type of a context.
struct event {
    std::string type;                        ///< As recorded: "shop.allocated".
    std::vector<std::string> formerly = {};  ///< Older names, also as recorded.
    std::vector<field> fields;
    std::string home_kind;  ///< Kind of id of its home stream.
    /// What such an event means today, as types and data (itself, if it is of today's shape under
    /// the same name); null if the struct is today's.
    result<std::vector<upcasted>> (*upcast)(recorded_event const& old) = nullptr;
    /// Whether states can fold an event with this data. Fails with invalid if not, the path of the
    /// fault among the facts. An older shape must have all that it requires.
    result<void> (*check)(std::string_view data) = nullptr;
};

/// A state value whose type only its model knows.
using erased = std::shared_ptr<void>;
using erased_const = std::shared_ptr<void const>;

/// How a state is folded, copied and kept.
struct state {
    std::string name;                   ///< The type's name: "stock".
    std::vector<std::string> id_kinds;  ///< Kinds of ids in its key; empty: the whole log.
    std::vector<std::string> types;     ///< Event types it folds, former names included.
    std::string fingerprint;      ///< Changes when its layout, its events or their upcasters do.
    std::optional<int> revision;  ///< Opts into reuse of snapshots across builds.
    bool state_stored = false;    ///< Kept as a `$state` record beside its events.

    erased (*make)();
    erased (*copy)(void const* from);
    /// Folds one event. `key` are the names ("course-c1") it is folded for. Types it does not know
    /// are skipped. Fails with corrupt if the event's data does not decode (the facts name position
    /// and path).
    result<void> (*fold)(void* into, recorded_event const& event, std::span<std::string const> key);
    std::string (*save)(void const* from);  ///< Null if it can not be written down.
    result<erased> (*load)(std::string_view saved);
};

/// Which state a decision asks for: a model and the names it is folded for.
struct state_key {
    model::state const* of = nullptr;
    std::vector<std::string>
        names;           ///< "product-p1", in the order of the key's ids; empty with an id: fresh.
    bool fresh = false;  ///< The id is missing: an empty state, nothing to read and no condition.

    bool operator==(state_key const&) const = default;
};

/// The events that a state with this key folds.
query query_of(state_key const& key);

/// One parameter of a decide.
struct parameter {
    std::string text;                  ///< As `explain` shows it: "stock: command field 'product'".
    model::state const* of = nullptr;  ///< Null: the environment.
    bool each = false;                 ///< One state per id of its kind.
    /// Its keys, from the command and the states before it (one pointer per key of each earlier
    /// parameter).
    result<std::vector<state_key>> (*keys)(
        void const* command, std::span<std::vector<erased_const> const> earlier
    );
};

/// What decide said.
struct decided {
    std::vector<event_data> events = {};  ///< Type, stream, tags and data filled in.
    bool refused = false;
    std::string reason = {};  ///< The refusal's enumerator.
    std::string detail = {};
};

struct command {
    std::string name;     ///< "allocate".
    std::string context;  ///< "shop".
    std::vector<field> fields;
    std::vector<parameter> parameters;
    std::vector<std::string> events;    ///< Types it may make.
    std::vector<std::string> refusals;  ///< Reasons it may give.

    /// Reads a command strictly. Fails with invalid, the path of the fault in the facts.
    result<erased_const> (*parse)(std::string_view json);
    std::string (*print)(void const* command);
    /// Calls decide. `states` has an entry for each parameter, empty for the environment. User
    /// exceptions come out as failed, with the type's name.
    result<decided> (*decide)(
        void const* command,
        std::span<std::vector<erased_const> const> states,
        environment const& surroundings
    );
    /// Where its result can be read, "/views/allocations?order_id=eq.o1"; null if it does not say.
    std::string (*location)(void const* command);
    std::string location_pattern = {};  ///< "/views/allocations?order_id=eq.{order}", or empty.
};

/// What a process's react wants done.
struct reaction {
    struct command {
        std::string name;  ///< As on the wire: "shop.allocate".
        std::string json;
        std::string slot = {};  ///< What diptych::sending calls its name.
        std::chrono::microseconds after{0};
        std::optional<std::chrono::microseconds> within = {};
    };
    struct timer {
        std::string name;
        std::chrono::microseconds delay;
    };
    std::vector<command> commands = {};
    std::vector<timer> start = {};
    std::vector<std::string> cancel = {};
    std::vector<std::string> correlate = {};  ///< Names of ids: "payment-p1".
    bool finish = false;
};

/// A process: inputs it takes, how an input finds its instance, and what it does.
struct process {
    std::string name;     ///< "reallocation".
    std::string id_kind;  ///< Kind of id of its instances.
    std::vector<std::string>
        types;  ///< Inputs: event types, `$accepted`, `$refused`, `$failed`, `$timer_due`.
    std::vector<std::string> starts = {};  ///< Those of them that begin an instance; empty: all do.
    /// Commands it may send, as on the wire; nullopt: it does not say.
    std::optional<std::vector<std::string>> sends = {};
    model::state state;  ///< Its own state, folded over its inputs.
    /// The instance an input belongs to ("order-o1"), or an id of another kind that an instance has
    /// correlated with; nullopt: not one of its inputs.
    result<std::optional<std::string>> (*key)(recorded_event const& input);
    result<reaction> (*react)(
        void const* state,
        recorded_event const& input,
        std::string_view instance,
        environment const& surroundings
    );
};

/// A bounded context.
struct context {
    std::string name;
    std::vector<event> events;
    std::vector<command> commands;
    std::vector<process> processes;
};

}  // namespace diptych::model

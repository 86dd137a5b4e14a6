/// @file
/// An application: contexts and views over one log, running in this process.
///
///     auto app = diptych::application{{.data = "shop"}};
///     app.add<shop::context>().views("views/");
///     auto answer = app.execute(shop::allocate{.order = {"o1"}, .product = {"p1"}, .quantity =
///     3}); return diptych::exit_code(app.serve({.http = "127.0.0.1:8080"}));
///
/// Add first, then start: adding after start() is a mistake that start() cannot report and asserts.
#pragma once

#include <diptych/any_command.hpp>
#include <diptych/clock.hpp>
#include <diptych/context.hpp>
#include <diptych/error.hpp>
#include <diptych/event_log.hpp>
#include <diptych/execute.hpp>
#include <diptych/http.hpp>
#include <diptych/middleware.hpp>
#include <diptych/model.hpp>
#include <diptych/view_model.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych {

namespace app {
class node;
}

/// Another log that this one is kept as a copy of, as it was last heard of.
struct source_status {
    std::string name;          ///< Where it is.
    token at = {};             ///< How far the copy is.
    token end = {};            ///< How far the log is.
    timestamp heard_at = {};   ///< When it said so; 1970: it has not been heard of yet.
    std::string trouble = {};  ///< Why nothing comes; empty: all is well.
};

/// Where an application lives and who tells it the time.
struct application_options {
    std::filesystem::path data = {};  ///< Folder of the log and the views; empty: in memory only.
    bool read_only = false;           ///< Open beside a writing process; appends are denied.

    /// Folder of the views' databases; empty: `views` in `data`. Views of a process that only reads
    /// are its own and follow the log: in this folder, or a temporary one.
    std::filesystem::path views = {};

    /// Look at the view files once a second while running: a file that was changed is built beside
    /// the version that is served and switched to when it has caught up, a new one is added.
    bool watch_views = false;

    /// A view whose file was changed while nothing ran is served as it was until the new version
    /// has been built beside it. False: the new version is built first.
    bool build_views_beside = false;

    /// Compare each view that is served with a slow replay of the log, in rounds that begin so long
    /// after each other; 0: never. What differs is told to `complain`, /health and /metrics.
    std::chrono::seconds check_views_every{0};

    /// Bytes kept free in `data` for a full disk: given back then, so that views and a clean stop
    /// have room. Appends are unavailable until as much is free again. 0: nothing is kept.
    std::uint64_t reserve_bytes = 8u << 20;

    /// False: channels are known, and deliver nothing.
    bool deliver = true;

    /// False: no threads; nothing happens between calls but what step() does. For tests.
    bool threads = true;

    diptych::clock* clock = nullptr;  ///< The machine's if null. Must outlive the application.
    diptych::random_source* random =
        nullptr;  ///< The machine's if null. Must outlive the application.

    std::string build_id = {};  ///< Of the program; snapshots of another build are not used.
    std::chrono::milliseconds wait_max{5'000};  ///< The longest a query waits for a token.

    /// For a log that somebody keeps as a copy of another: says how that one is, for /health and
    /// /metrics. May be empty. Any thread.
    std::function<source_status()> source = {};

    /// Commands that no context here has, and that are worked on elsewhere ("printing.print"): they
    /// are queued and leased to whoever asks, see docs/reference/command-queue.md.
    std::vector<std::string> outside_commands = {};

    /// Keeps a record of each command and its outcome in the log, see
    /// docs/reference/message-log.md.
    bool message_log = false;

    /// Told of what went wrong with no caller to tell it to; standard error if empty. Any thread.
    std::function<void(std::string_view)> complain = {};

    /// Told how far long work at start has come: what, done, of how many. On the starting thread.
    std::function<void(std::string_view what, std::uint64_t done, std::uint64_t of)> progress = {};
};

/// How an application is drawn.
enum class map_format : std::uint8_t { text, json, mermaid, dot };

/// Which JSON Web Tokens say who asks.
struct jwt_options {
    std::string algorithm = {};  ///< HS256, RS256 or ES256; empty: no such tokens are taken.
    std::string key = {};        ///< The secret itself for HS256, else a public key in PEM.
    std::string audience = {};   ///< That `aud` must name; empty: any.
    std::string issuer = {};     ///< That `iss` must be; empty: any.
};

/// How to serve HTTP.
struct serve_options {
    std::string http = "127.0.0.1:8080";  ///< Address and port; port 0 takes a free one.
    std::string token = {};               ///< Bearer token that requests must carry; empty: none.
    jwt_options jwt = {};                 ///< Tokens that are taken, too, for queries on views.
    /// Told the address once it listens; empty: standard error is, as "serving http://<address>".
    std::function<void(std::string_view address)> ready = {};
};

/// The rows that a query answers.
struct view_answer {
    std::string rows;         ///< A JSON array of objects.
    std::string next_cursor;  ///< For the next page; empty at the end.
    token at;                 ///< What the rows show.
};

/// A view of a running application.
class view_handle {
public:
    view_handle(app::node& of, std::string name) : of_(&of), name_(std::move(name)) {}

    /// What `GET /views/<name>?...` answers for these parameters ("order_id", "eq.o1"). With an
    /// `at_least` token it waits until the view shows it; `as_of` asks for earlier rows. Blocking.
    ///
    /// Fails with not_found, invalid (the message lists what is allowed), unavailable if the view
    /// has not come that far in time.
    result<view_answer> query(
        std::vector<std::pair<std::string, std::string>> const& parameters = {}
    ) const;

    /// Waits until the view shows `point`. Blocking; fails as query does.
    result<void> wait_for(token const& point) const;

private:
    app::node* of_;
    std::string name_;
};

/// Contexts, views and routes over one log. Adding and starting: one thread; then thread-safe.
class application {
public:
    explicit application(application_options options = {});
    application(application&&) noexcept;
    application& operator=(application&&) = delete;
    ~application();  ///< Stops and closes.

    /// Adds a context: its commands, events and processes.
    template <class Context>
    application& add() {
        auto const& built = context_model<Context>();
        return add(built);
    }
    application& add(model::context const& context);

    /// Adds a view file, or every `*.sql` of a folder. A fault in one is start()'s error.
    application& views(std::filesystem::path const& file_or_folder);

    /// Adds a source of foreign messages, `<source>.toml`, or every `*.toml` of a folder. A fault
    /// in one is start()'s error. See docs/reference/inbox.md.
    application& inbox(std::filesystem::path const& file_or_folder);

    /// Adds a channel on which events leave the log, `<channel>.toml`, or every `*.toml` of a
    /// folder. A fault in one is start()'s error. See docs/reference/channels.md.
    application& channels(std::filesystem::path const& file_or_folder);

    /// Adds a view written in C++ (diptych/view.hpp).
    application& add(model::view const& view);

    /// Adds to the chain that every command passes.
    application& use(middleware step);

    /// Adds advice for one command, by name.
    application& validate(std::string command, validation advice);

    /// Adds a route of the application's own. `answer` may block.
    application& route(std::string method, std::string pattern, http::blocking_handler answer);

    /// Opens the log, brings index and inline views up to its end and starts the threads. Called by
    /// the first use if not before.
    ///
    /// Fails with what adding or opening failed with: invalid (a view file), denied, unavailable
    /// (another process writes to the folder), corrupt.
    result<void> start();

    /// Executes a command. Blocking, until its outcome is durable and inline views show it.
    ///
    /// A refusal is an outcome, not an error. Fails as diptych/execute.hpp says.
    template <class Command>
    result<outcome> execute(Command const& command, execute_options const& options = {}) {
        return execute_erased(
            command_name_of<Command>(), std::make_shared<Command const>(command), options
        );
    }

    /// Executes a command given as JSON.
    result<outcome> execute(
        std::string_view command, std::string_view json, execute_options const& options = {}
    );

    /// Executes commands as one unit: `app.execute_together({allocate{...}, ship{...}})`. They may
    /// be of several types and contexts.
    ///
    /// Each is decided on its states with the events of those before it. All events are recorded,
    /// in order and in one append, or none: the first that refuses refuses all, and the outcome's
    /// `refused_by` says which. There is one token and, in `options`, one command id. Blocking;
    /// fails as execute() does, and with invalid if there are none or more than 256.
    result<outcome> execute_together(
        std::vector<any_command> const& commands, execute_options const& options = {}
    );

    /// The log. Throws diptych::failure if start() fails.
    event_log& log();

    /// A view by name; whether there is one shows when it is queried. Throws as log() does.
    view_handle view(std::string name);

    /// A state by its name and ids ("product-p1") as JSON, as of a position if given.
    result<std::string> state(
        std::string_view name,
        std::vector<std::string> const& ids,
        std::optional<position> as_of = {}
    );

    /// Without threads: does one piece of everything there is to do. Whether there may be more.
    result<bool> step();

    /// Serves HTTP until stop(), SIGINT or SIGTERM; finishes what was accepted. Blocking.
    result<void> serve(serve_options const& options = {});

    /// Makes serve() return. Any thread.
    void stop();

    /// Closes log and views cleanly. Nothing else may be called afterwards.
    result<void> close();

    /// What it is made of: commands, the events they make, and the states, views, processes and
    /// channels that take them; besides, events that nothing takes, and commands that are sent and
    /// that nobody here executes. Nothing of its data is opened. Fails as start() does.
    result<std::string> map(map_format how = map_format::text) const;

    /// The parts, for the engine's own HTTP interface and command line.
    app::node& parts();

private:
    result<outcome> execute_erased(
        std::string_view name, model::erased_const const& value, execute_options const& options
    );

    struct implementation;
    std::unique_ptr<implementation> implementation_;
};

/// Answers `map [--format text|json|mermaid|dot|svg]` on standard output; `svg` through Graphviz,
/// or as Mermaid if that is not installed. Returns the exit code of the program; nullopt if the
/// words say something else.
std::optional<int> mapped(application const& app, int count, char const* const* words);

/// What main() returns: 0, or 1 after "<program>: <message>" on standard error.
int exit_code(result<void> const& done);

}  // namespace diptych

/// @file
/// One running instance: the log, the write leaf and the read leaf over it, wired together.
///
/// Passive: whoever owns it calls the steps, a runtime with threads or a test on one.
#pragma once

#include "app/channel_effects.hpp"
#include "app/errands.hpp"
#include "app/temporary_folder.hpp"
#include "app/view_files.hpp"
#include "inbox/sources.hpp"
#include "intake/incoming_set.hpp"
#include "log/segments/index.hpp"
#include "log/sequenced_log.hpp"
#include "messages/message_log.hpp"
#include "outbox/channel_set.hpp"
#include "read/view_set.hpp"
#include "write/executor.hpp"
#include "write/process/process_runner.hpp"
#include "write/queue/command_queue.hpp"

#include <diptych/application.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::app {

/// What a node keeps its data on, and in pieces of which size.
struct node_storage {
    sqlite::disk_vfs const* files = nullptr;  ///< Null: the machine's disk.
    std::uint64_t segment_bytes = 64u << 20;
    log::limits bounds = {};
    log::segments::index_limits index = {};
    int wal_pages = 1000;                   ///< Of a view, before they are moved into its file.
    std::size_t batch_events_max = 10'000;  ///< Of a view, in one transaction.
    int attempts_max = 5;                   ///< Of an event that a view fails on.
    std::size_t snapshot_after = 256;       ///< Events of a state.
    std::size_t note_after = 1'024;         ///< Records and inputs of a process.
    outbox::channel_options channels = {};
    intake::incoming_options incoming = {};
};

/// A view file that is no file.
struct view_text {
    std::string name;  ///< For messages: "orders.sql".
    std::string text;
};

/// The file of a source that is no file.
struct inbox_text {
    std::string name;  ///< For messages, and the source's: "order.toml".
    std::string text;
};

/// The file of a channel that is no file.
struct channel_text {
    std::string name;  ///< For messages, and the channel's: "orders.toml".
    std::string text;
};

/// What a node is made of; collected before it opens. Keeps pointers to what contexts and views
/// point to.
struct node_parts {
    std::vector<model::context const*> contexts = {};
    std::vector<std::filesystem::path> view_files = {};
    std::vector<std::filesystem::path> view_places = {};  ///< Where they are: to look there again.
    std::vector<model::view const*> views = {};
    std::vector<middleware> steps = {};
    std::vector<std::pair<std::string, validation>> advice = {};
    std::vector<view_text> view_texts = {};
    std::vector<std::filesystem::path> inbox_files = {};
    std::vector<inbox_text> inbox_texts = {};
    std::vector<std::filesystem::path> channel_files = {};
    std::vector<channel_text> channel_texts = {};
    std::vector<outbox::scheme> channel_schemes = {};   ///< Besides those of this program.
    std::vector<intake::scheme> incoming_schemes = {};  ///< Likewise.
    node_storage storage = {};
    bool is_looked_at = false;  ///< Only that: what processes send need not be executed here.
};

/// A process under its full name, "shop.reallocation", and what carries it.
using named_process = std::pair<std::string, std::unique_ptr<write::process_runner>>;

/// See the file comment. Thread-safe once open, but each kind of step is one thread's at a time.
class node {
public:
    /// Opens log and leaves. The clock and random source of the options must outlive the node.
    ///
    /// Fails with invalid (a context or view that does not fit), denied, unavailable or corrupt.
    static result<std::unique_ptr<node>> open(
        application_options const& options, node_parts const& parts
    );

    ~node();
    node(node const&) = delete;
    node& operator=(node const&) = delete;

    log::sequenced_log& log() { return *log_; }
    write::executor& commands() { return *commands_; }
    read::view_set& views() { return *views_; }
    app::view_files& view_files() { return *view_files_; }
    app::errands& errands() { return errands_; }
    messages::message_log& messages() { return *messages_; }
    /// Null if it was opened for reading only.
    inbox::sources* inbox() { return inbox_.get(); }
    /// Null if it was opened for reading only.
    outbox::channel_set* outbox() { return outbox_.get(); }
    /// Null if it was opened for reading only.
    intake::incoming_set* intake() { return intake_.get(); }
    std::vector<named_process> const& processes() const { return processes_; }
    /// Null if it was opened for reading only.
    write::command_queue* queue() { return queue_.get(); }
    clock& time() { return *clock_; }
    application_options const& options() const { return options_; }

    /// Waits until the view shows `point`, at most options().wait_max. Without threads it steps the
    /// view itself. Blocking. Fails with not_found, invalid at once for a token of elsewhere or the
    /// future, unavailable (code "view_behind") if the time is up.
    result<void> wait_for(std::string_view view, token const& point);

    /// Does one piece of everything: for tests and programs without threads. Whether there may be
    /// more.
    result<bool> step();

    /// Closes views, then the log. Nothing else may be called afterwards but the destructor.
    result<void> close();

private:
    node(application_options options, clock& time, random_source& random)
        : options_(std::move(options)), clock_(&time), random_(&random) {}

    result<void> open_log(node_storage const& storage);
    void open_messages(node_storage const& storage);
    result<void> open_write_leaf(node_parts const& parts);
    result<void> add_processes(node_parts const& parts);
    result<void> check_sent(std::string const& process, model::process const& of) const;
    result<void> open_queue(node_parts const& parts);
    result<sqlite::location> ledger_of(node_parts const& parts, std::string_view name) const;
    result<void> open_read_leaf(node_parts const& parts);
    result<void> open_inbox(node_parts const& parts);
    result<void> open_channels(node_parts const& parts);
    result<void> add_channel(std::string const& file, std::string_view text);
    void tell_of_loss(std::string_view channel, endpoint::assurance keeps) const;
    result<std::filesystem::path> directory_of_views();

    application_options options_;
    std::optional<temporary_folder> temporary_;  // of views that live no longer than this
    clock* clock_;
    random_source* random_;
    app::errands errands_;  // before those who put tasks in
    std::unique_ptr<log::sequenced_log> log_;
    std::unique_ptr<messages::message_log> messages_;  // before those who tell it of commands
    std::unique_ptr<write::executor> commands_;
    std::unique_ptr<read::view_set> views_;
    std::unique_ptr<app::view_files> view_files_;
    std::vector<named_process> processes_;
    std::unique_ptr<write::command_queue> queue_;
    std::unique_ptr<inbox::sources> inbox_;
    std::unique_ptr<outbox::channel_set> outbox_;
    std::optional<channel_effects> effects_;  // of what comes in
    std::unique_ptr<intake::incoming_set> intake_;
};

/// The view files of a path: itself, or every `*.sql` in the folder, sorted. Fails with not_found.
result<std::vector<std::filesystem::path>> view_files_of(std::filesystem::path const& file_or_folder
);

/// As view_files_of, for the sources of an inbox: `*.toml`.
result<std::vector<std::filesystem::path>> inbox_files_of(
    std::filesystem::path const& file_or_folder
);

/// As view_files_of, for channels: `*.toml`.
result<std::vector<std::filesystem::path>> channel_files_of(
    std::filesystem::path const& file_or_folder
);

}  // namespace diptych::app

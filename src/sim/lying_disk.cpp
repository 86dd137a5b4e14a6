#include "sim/lying_disk.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <utility>

namespace diptych::sim {

namespace {

std::unexpected<error> failure(std::string_view operation, std::string const& path, bool is_full) {
    return fail(
        is_full ? errc::unavailable : errc::failed,
        is_full ? "disk_full" : "io_error",
        "cannot " + std::string(operation) + " " + path +
            (is_full ? ": no space left on device" : ": input/output error")
    );
}

}  // namespace

struct lying_disk::page final : storage::shared_page {
    explicit page(std::shared_ptr<page_bytes> of) : kept(std::move(of)) {}
    std::span<std::byte, 4096> bytes() override { return *kept; }

    std::shared_ptr<page_bytes> kept;
};

class lying_disk::handle final : public storage::file {
public:
    handle(lying_disk& on, std::string path, std::shared_ptr<file_content> to)
        : disk_(on), path_(std::move(path)), node_(std::move(to)), session_(on.session_) {}

    result<std::size_t> read(std::uint64_t offset, std::span<char> into) const override {
        std::scoped_lock const guard{disk_.mutex_};
        DIPTYCH_TRY(auto const fault, enter("read"));
        if (fault && *fault != fault_kind::flipped_bit) return failure("read", path_, false);
        if (offset >= node_->bytes().size()) return std::size_t{0};
        auto const got = node_->bytes().copy(into.data(), into.size(), offset);
        if (fault) into[got / 2] = static_cast<char>(into[got / 2] ^ 16);
        return got;
    }

    result<void> write(std::uint64_t offset, std::string_view bytes) override {
        look_up("write");
        std::scoped_lock const guard{disk_.mutex_};
        DIPTYCH_TRY(auto const fault, enter("write"));
        auto const grows = offset + bytes.size() > node_->bytes().size()
                               ? offset + bytes.size() - node_->bytes().size()
                               : 0;
        auto const is_full =
            fault == fault_kind::no_space ||
            (disk_.bytes_max_ && grows > 0 && disk_.sum_of_sizes() + grows > *disk_.bytes_max_);
        if (is_full && !fault) ++disk_.faults_met_;
        if (is_full) return failure("write", path_, true);
        if (fault == fault_kind::flipped_bit) {
            auto wrong = std::string(bytes);
            wrong[wrong.size() / 2] = static_cast<char>(wrong[wrong.size() / 2] ^ 16);
            node_->write(offset, wrong);
            return {};
        }
        if (fault == fault_kind::short_write)
            node_->write(offset, bytes.substr(0, bytes.size() / 2));
        if (fault) return failure("write", path_, false);
        node_->write(offset, bytes);
        return {};
    }

    result<void> sync() override {
        look_up("sync");
        std::scoped_lock const guard{disk_.mutex_};
        DIPTYCH_TRY(auto const fault, enter("sync"));
        if (!fault || fault == fault_kind::flipped_bit) return node_->sync(), result<void>{};
        node_->fail_sync(disk_.losses_);
        return failure("sync", path_, fault == fault_kind::no_space);
    }

    result<std::uint64_t> size() const override {
        std::scoped_lock const guard{disk_.mutex_};
        DIPTYCH_TRY(auto const fault, enter("stat"));
        if (fault && *fault != fault_kind::flipped_bit) return failure("stat", path_, false);
        return node_->bytes().size();
    }

    result<void> truncate(std::uint64_t size) override {
        std::scoped_lock const guard{disk_.mutex_};
        DIPTYCH_TRY(auto const fault, enter("truncate"));
        if (fault && *fault != fault_kind::flipped_bit)
            return failure("truncate", path_, fault == fault_kind::no_space);
        node_->cut(size);
        return {};
    }

private:
    void look_up(std::string_view operation) const {
        if (disk_.look_ && session_ == disk_.session_) disk_.look_(operation, path_);
    }

    result<std::optional<fault_kind>> enter(std::string_view operation) const {
        if (session_ != disk_.session_) return failure(operation, path_, false);
        return disk_.enter(operation, path_);
    }

    lying_disk& disk_;
    std::string path_;
    std::shared_ptr<file_content> node_;
    std::uint64_t session_;
};

lying_disk::lying_disk(std::uint64_t seed) : losses_(seed) {}
lying_disk::~lying_disk() = default;

void lying_disk::power_off() {
    std::scoped_lock const guard{mutex_};
    is_off_ = true;
    ++session_;
    locked_.clear();
}

void lying_disk::power_on(random_source& chance) {
    std::scoped_lock const guard{mutex_};
    is_off_ = false;
    power_lost_at_ = 0;
    ++session_;
    locked_.clear();
    names_.lose_power(chance);
    for (auto const& [path, one] : names_.files()) one->lose_power(chance);
    // A mapped page comes to the disk whenever the kernel likes, or never.
    for (auto& [path, one] : pages_) {
        one.earlier.push_back(*one.now);
        auto const kept = chance.next() % one.earlier.size();
        one = {.now = std::make_shared<page_bytes>(one.earlier[kept])};
    }
    std::erase_if(pages_, [&](auto const& one) {
        return (chance.next() & 3) == 0 || !names_.has_directory(parent_of(one.first));
    });
}

// What a page has been: the watermark is stored between calls.
void lying_disk::keep_pages() {
    for (auto& [path, one] : pages_)
        if (one.earlier.empty() || one.earlier.back() != *one.now) one.earlier.push_back(*one.now);
}

void lying_disk::restart_process() {
    std::scoped_lock const guard{mutex_};
    is_off_ = false;
    power_lost_at_ = 0;
    ++session_;
    locked_.clear();
}

void lying_disk::fail_at(std::vector<disk_fault> faults) {
    std::scoped_lock const guard{mutex_};
    faults_ = std::move(faults);
}

void lying_disk::add_fault(disk_fault fault) {
    std::scoped_lock const guard{mutex_};
    std::erase_if(faults_, [](auto const& one) { return one.calls == 0; });
    if (faults_.size() == 3) faults_.erase(faults_.begin());
    faults_.push_back(std::move(fault));
}

void lying_disk::fail_operation(std::string_view operation, std::filesystem::path const& path) {
    std::scoped_lock const guard{mutex_};
    faults_.push_back(
        {.operation = std::string(operation), .where = path.native(), .is_whole = true}
    );
}

void lying_disk::lose_power_at(std::uint64_t call) {
    std::scoped_lock const guard{mutex_};
    power_lost_at_ = call;
}

bool lying_disk::is_off() const {
    std::scoped_lock const guard{mutex_};
    return is_off_;
}

void lying_disk::limit_bytes(std::optional<std::uint64_t> most) {
    std::scoped_lock const guard{mutex_};
    bytes_max_ = most;
}

bool lying_disk::has_limit() const {
    std::scoped_lock const guard{mutex_};
    return bytes_max_.has_value();
}

void lying_disk::on_call(std::function<void(disk_call const&)> watch) {
    std::scoped_lock const guard{mutex_};
    watch_ = std::move(watch);
}

void lying_disk::before_call(std::function<void(std::string_view, std::string const&)> look) {
    std::scoped_lock const guard{mutex_};
    look_ = std::move(look);
}

std::uint64_t lying_disk::calls() const {
    std::scoped_lock const guard{mutex_};
    return calls_;
}

std::uint64_t lying_disk::faults_met() const {
    std::scoped_lock const guard{mutex_};
    return faults_met_;
}

std::uint64_t lying_disk::bytes() const {
    std::scoped_lock const guard{mutex_};
    return sum_of_sizes();
}

std::uint64_t lying_disk::sum_of_sizes() const {
    std::uint64_t sum = 0;
    for (auto const& [path, one] : names_.files()) sum += one->bytes().size();
    return sum;
}

std::map<std::string, std::string> lying_disk::contents() const {
    std::scoped_lock const guard{mutex_};
    std::map<std::string, std::string> all;
    for (auto const& [path, one] : names_.files()) all[path] = one->bytes();
    return all;
}

void lying_disk::replace(std::filesystem::path const& path, std::string content) {
    std::scoped_lock const guard{mutex_};
    names_.find(path.native())->replace(std::move(content));
}

result<std::optional<fault_kind>> lying_disk::enter(
    std::string_view operation, std::string const& path
) {
    if (is_off_) return failure(operation, path, false);
    ++calls_;
    if (power_lost_at_ > 0 && calls_ >= power_lost_at_) is_off_ = true;
    if (is_off_) return failure(operation, path, false);
    if (watch_) watch_({.number = calls_, .operation = operation, .path = path});
    if (operation == "sync") keep_pages();
    auto const fault = fault_of(operation, path);
    if (fault) ++faults_met_;
    return fault;
}

std::optional<fault_kind> lying_disk::fault_of(
    std::string_view operation, std::string const& path
) {
    for (auto& one : faults_) {
        auto const fits = calls_ >= one.call && one.calls > 0 &&
                          (one.operation.empty() || one.operation == operation) &&
                          (one.is_whole ? path == one.where : path.contains(one.where));
        if (!fits) continue;
        if (one.spared > 0) {
            --one.spared;
            continue;
        }
        --one.calls;
        return one.kind;
    }
    return std::nullopt;
}

result<void> lying_disk::enter_whole(std::string_view operation, std::string const& path) {
    DIPTYCH_TRY(auto const fault, enter(operation, path));
    if (!fault || *fault == fault_kind::flipped_bit) return {};
    return failure(operation, path, *fault == fault_kind::no_space);
}

result<std::unique_ptr<storage::file>> lying_disk::open(
    std::filesystem::path const& path, storage::file_mode mode
) {
    std::scoped_lock const guard{mutex_};
    auto const is_new = mode == storage::file_mode::create_new;
    DIPTYCH_TRY(enter_whole(is_new ? "create" : "open", path));
    auto there = names_.find(path);
    if (is_new) {
        if (there) return fail(errc::failed, "exists", path.native() + " exists");
        if (!names_.has_directory(parent_of(path)))
            return fail(errc::not_found, "not_found", "no directory for " + path.native());
        there = std::make_shared<file_content>(++files_made_);
        names_.put(path, there);
    }
    if (!there) return fail(errc::not_found, "not_found", "no " + path.native());
    return std::make_unique<handle>(*this, path, std::move(there));
}

result<std::vector<std::string>> lying_disk::list(std::filesystem::path const& directory) {
    std::scoped_lock const guard{mutex_};
    DIPTYCH_TRY(enter_whole("list", directory));
    if (!names_.has_directory(directory))
        return fail(errc::not_found, "not_found", "no directory " + directory.native());
    std::vector<std::string> found;
    auto const add = [&](std::string const& path) {
        if (parent_of(path) == directory) found.push_back(name_of(path));
    };
    for (auto const& [path, one] : names_.files()) add(path);
    for (auto const& path : names_.directories()) add(path);
    for (auto const& [path, one] : pages_) add(path);
    std::ranges::sort(found);
    return found;
}

result<bool> lying_disk::exists(std::filesystem::path const& path) {
    std::scoped_lock const guard{mutex_};
    DIPTYCH_TRY(enter_whole("look for", path));
    return names_.find(path) || names_.has_directory(path) || pages_.contains(path);
}

result<storage::file_facts> lying_disk::look_at(std::filesystem::path const& path) {
    std::scoped_lock const guard{mutex_};
    DIPTYCH_TRY(enter_whole("look at", path));
    auto const there = names_.find(path);
    if (!there) return fail(errc::not_found, "not_found", "no " + path.native());
    return storage::file_facts{
        .bytes = there->bytes().size(),
        .identity = {0, there->number()},
    };
}

result<void> lying_disk::make_directories(std::filesystem::path const& path) {
    std::scoped_lock const guard{mutex_};
    if (names_.has_directory(path)) return {};
    DIPTYCH_TRY(enter_whole("make", path));
    for (auto one = path; one != one.parent_path(); one = one.parent_path())
        names_.make_directory(one);
    return {};
}

result<void> lying_disk::rename(
    std::filesystem::path const& from, std::filesystem::path const& to
) {
    std::scoped_lock const guard{mutex_};
    DIPTYCH_TRY(enter_whole("rename", from));
    if (!names_.find(from)) return fail(errc::not_found, "not_found", "no " + from.native());
    names_.rename(from, to);
    return {};
}

result<void> lying_disk::remove(std::filesystem::path const& path) {
    std::scoped_lock const guard{mutex_};
    DIPTYCH_TRY(enter_whole("remove", path));
    if (names_.has_directory(path)) {
        if (!names_.is_empty(path)) return failure("remove", path, false);
        names_.remove_directory(path);
        return {};
    }
    if (!names_.find(path)) return fail(errc::not_found, "not_found", "no " + path.native());
    names_.remove(path);
    return {};
}

result<void> lying_disk::sync_directory(std::filesystem::path const& path) {
    std::scoped_lock const guard{mutex_};
    DIPTYCH_TRY(enter_whole("sync", path));
    names_.sync(path);
    return {};
}

result<storage::file_lock> lying_disk::lock(std::filesystem::path const& path) {
    std::scoped_lock const guard{mutex_};
    DIPTYCH_TRY(enter_whole("lock", path));
    if (!locked_.insert(path.native()).second)
        return fail(
            errc::unavailable, "locked", path.native() + " is locked: process 1 writes there"
        );
    return storage::file_lock{this, [path = path.native(), session = session_](void* self) {
                                  auto& owner = *static_cast<lying_disk*>(self);
                                  std::scoped_lock const inner{owner.mutex_};
                                  if (owner.session_ == session) owner.locked_.erase(path);
                              }};
}

result<std::unique_ptr<storage::shared_page>> lying_disk::share(
    std::filesystem::path const& path, bool writable
) {
    std::scoped_lock const guard{mutex_};
    DIPTYCH_TRY(enter_whole("share", path));
    if (!pages_.contains(path)) {
        if (!writable) return fail(errc::not_found, "not_found", "no " + path.native());
        pages_[path] = {.now = std::make_shared<page_bytes>()};
    }
    return std::make_unique<page>(pages_[path].now);
}

}  // namespace diptych::sim

#include "raw_log.hpp"

#include "log/hash.hpp"
#include "sqlite/database.hpp"

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <thread>
#include <unistd.h>
#include <vector>

namespace diptych::bench {

namespace {

void require(bool held, char const* what) {
    if (held) return;
    std::perror(what);
    std::exit(1);
}

/// Groups for both: a thread takes what is queued, `write` makes it durable.
class grouped : public raw_log {
public:
    void append(raw_event event, std::function<void()> done) override {
        {
            std::lock_guard const lock(mutex_);
            queue_.push_back({std::move(event), std::move(done)});
        }
        condition_.notify_one();
    }

    void append_and_wait(raw_event event) override {
        std::unique_lock committing(commit_, std::try_to_lock);
        if (committing.owns_lock()) {
            std::vector<waiting> alone;
            {
                std::lock_guard const lock(mutex_);
                alone.swap(queue_);
            }
            alone.push_back({std::move(event), [] {}});
            finish(alone);
            committing.unlock();
            condition_.notify_one();
            return;
        }
        std::mutex mutex;
        std::condition_variable answered;
        bool done = false;
        append(std::move(event), [&] {
            std::lock_guard const lock(mutex);
            done = true;
            answered.notify_one();
        });
        std::unique_lock lock(mutex);
        answered.wait(lock, [&] { return done; });
    }

protected:
    struct waiting {
        raw_event event;
        std::function<void()> done;
    };

    virtual void write(std::vector<waiting> const& group) = 0;

    void start() {
        thread_ = std::thread([this] { run(); });
    }
    void stop() {
        {
            std::lock_guard const lock(mutex_);
            stopping_ = true;
        }
        condition_.notify_one();
        thread_.join();
    }

private:
    void finish(std::vector<waiting>& group) {
        write(group);
        for (auto& one : group) one.done();
    }

    void run() {
        std::vector<waiting> group;
        while (true) {
            {
                std::unique_lock lock(mutex_);
                condition_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
                if (stopping_) return;
            }
            std::lock_guard const committing(commit_);
            {
                std::lock_guard const lock(mutex_);
                group.swap(queue_);
            }
            if (!group.empty()) finish(group);
            group.clear();
        }
    }

    std::mutex mutex_;
    std::mutex commit_;
    std::condition_variable condition_;
    std::vector<waiting> queue_;
    bool stopping_ = false;
    std::thread thread_;
};

class framed final : public grouped {
public:
    framed(std::string const& file, std::uint64_t bytes_ahead) {
        file_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        require(file_ >= 0, file.c_str());
        std::string const zeros(1 << 20, '\0');
        for (std::uint64_t at = 0; at < bytes_ahead; at += zeros.size())
            require(
                ::pwrite(file_, zeros.data(), zeros.size(), static_cast<off_t>(at)) ==
                    static_cast<ssize_t>(zeros.size()),
                "write ahead"
            );
        require(::fsync(file_) == 0, "sync");
        start();
    }
    ~framed() override {
        stop();
        ::close(file_);
    }

private:
    void write(std::vector<waiting> const& group) override {
        frame_.clear();
        for (auto const& one : group) {
            auto const size = static_cast<std::uint32_t>(one.event.bytes.size());
            auto const sum = log::crc32c(0, one.event.bytes);
            frame_.append(reinterpret_cast<char const*>(&size), sizeof size);
            frame_.append(reinterpret_cast<char const*>(&sum), sizeof sum);
            frame_.append(reinterpret_cast<char const*>(&one.event.version), 8);
            frame_ += one.event.bytes;
        }
        require(
            ::pwrite(file_, frame_.data(), frame_.size(), at_) ==
                static_cast<ssize_t>(frame_.size()),
            "write"
        );
        require(::fdatasync(file_) == 0, "sync");
        at_ += static_cast<off_t>(frame_.size());
    }

    int file_;
    off_t at_ = 0;
    std::string frame_;
};

class sqlite_log final : public grouped {
public:
    explicit sqlite_log(std::string const& file)
        : database_(sqlite::database::open(file).or_throw()) {
        database_.execute("pragma synchronous=full").or_throw();
        database_
            .execute(
                "create table events(position integer primary key, stream text not null, "
                "version integer not null, data blob not null, unique(stream, version)) strict"
            )
            .or_throw();
        insert_ = database_.prepare("insert into events(stream, version, data) values (?,?,?)")
                      .or_throw();
        start();
    }
    ~sqlite_log() override { stop(); }

private:
    void write(std::vector<waiting> const& group) override {
        auto all = sqlite::transaction::begin(database_).or_throw();
        for (auto const& one : group) {
            auto const stream = "account-" + std::to_string(one.event.stream);
            insert_.bind(1, std::string_view(stream));
            insert_.bind(2, static_cast<std::int64_t>(one.event.version));
            insert_.bind_blob(3, one.event.bytes);
            insert_.run().or_throw();
        }
        all.commit().or_throw();
    }

    sqlite::database database_;
    sqlite::statement insert_;
};

}  // namespace

std::unique_ptr<raw_log> bare_framed_log(std::string const& file, std::uint64_t bytes_ahead) {
    return std::make_unique<framed>(file, bytes_ahead);
}

std::unique_ptr<raw_log> plain_sqlite(std::string const& file) {
    return std::make_unique<sqlite_log>(file);
}

}  // namespace diptych::bench

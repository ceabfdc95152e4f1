/// What the lines do at Redis, each in one step: a script is atomic, so nobody sees a hint that is in two places or in
/// none.
///
/// A stream for each priority of a line, all in one slot. A hint is an entry with the field `hint`, and `again` if
/// it was brought before. What is done with is acknowledged and deleted, so that a stream holds what waits and what is out.
enum HintScripts {
    /// KEYS: the streams of a line, highest priority first. ARGV: how many hints the line may hold, the channel, what is
    /// said there, then the number of a stream and a message in turn.
    /// - Returns: how many were added; those after them have no room.
    static let publish = RedisScript(
        """
        #!lua
        local room = tonumber(ARGV[1])
        for _, stream in ipairs(KEYS) do room = room - redis.call('XLEN', stream) end
        local count = math.min(room, (#ARGV - 3) / 2)
        if count <= 0 then return 0 end
        -- First, since it may be refused; whoever hears of it comes after this script.
        redis.call('PUBLISH', ARGV[2], ARGV[3])
        for i = 1, count do
            redis.call('XADD', KEYS[tonumber(ARGV[2 + 2 * i])], '*', 'hint', ARGV[3 + 2 * i])
        end
        return count
        """)

    /// KEYS: who takes from the line, by the time of the last beat; then the streams as above. ARGV: the group, the
    /// consumer, the channel, what is said there; whether this is a beat, whether the consumer leaves (0 or 1); after how
    /// many milliseconds without a beat a consumer is dead; how many hints to take; the longest message; how many
    /// entries follow that are done with, that come again, and that are kept (-1 means all), each as the number of its
    /// stream and its id.
    ///
    /// It takes in spite of a full memory, since that empties it.
    /// - Returns: whether the consumer is known, and the entries taken, each as the number of its stream, its id, its
    ///   message (empty when there is none or too long a one), and 1 if it was brought before.
    static let turn = RedisScript(
        """
        #!lua flags=allow-oom
        local group, me, channel, line = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
        local isBeat, isLeaving = ARGV[5] == '1', ARGV[6] == '1'
        local patience, count, longest = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
        local done, again, kept = tonumber(ARGV[10]), tonumber(ARGV[11]), tonumber(ARGV[12])
        local isAdded = false

        local function field(entry, name)
            for i = 1, #entry[2], 2 do
                if entry[2][i] == name then return entry[2][i + 1] end
            end
        end

        -- An entry that the group does not wait for is another's, or was settled before.
        local function settle(stream, id, isDone)
            if redis.call('XACK', stream, group, id) == 0 then return end
            if not isDone then
                local entry = redis.call('XRANGE', stream, id, id)[1]
                local hint = entry and field(entry, 'hint')
                if hint then
                    redis.call('XADD', stream, '*', 'hint', hint, 'again', '1')
                    isAdded = true
                end
            end
            redis.call('XDEL', stream, id)
        end

        -- What the consumer has and does not keep comes again; the stream may have no group.
        local function release(consumer, keeps)
            for number = 2, #KEYS do
                local first = '-'
                while first do
                    local out = redis.pcall('XPENDING', KEYS[number], group, first, '+', 100, consumer)
                    if out.err then break end
                    for _, item in ipairs(out) do
                        if not keeps[number .. ' ' .. item[1]] then settle(KEYS[number], item[1], false) end
                    end
                    first = out[100] and '(' .. out[100][1]
                end
            end
        end

        local function remove(consumer)
            release(consumer, {})
            for number = 2, #KEYS do redis.pcall('XGROUP', 'DELCONSUMER', KEYS[number], group, consumer) end
            redis.call('ZREM', KEYS[1], consumer)
        end

        local place = 13
        for i = 1, done + again do
            settle(KEYS[tonumber(ARGV[place])], ARGV[place + 1], i <= done)
            place = place + 2
        end
        if kept >= 0 then
            local keeps = {}
            for _ = 1, kept do
                keeps[ARGV[place] .. ' ' .. ARGV[place + 1]] = true
                place = place + 2
            end
            release(me, keeps)
        end

        if isBeat then
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            if redis.call('ZADD', KEYS[1], now, me) == 1 then
                -- If the list was lost, nobody in the groups is forgotten.
                for number = 2, #KEYS do
                    local known = redis.pcall('XINFO', 'CONSUMERS', KEYS[number], group)
                    for _, item in ipairs(known.err and {} or known) do
                        redis.call('ZADD', KEYS[1], 'NX', now, item[2])
                    end
                end
            end
            -- Of a clock that was ahead.
            for _, other in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. now, '+inf', 'LIMIT', 0, 10)) do
                redis.call('ZADD', KEYS[1], now, other)
            end
            for _, dead in ipairs(
                redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - patience, 'LIMIT', 0, 10)) do
                remove(dead)
            end
        end

        if isLeaving then
            remove(me)
            -- So that nothing is left of a queue that was deleted; whoever comes makes it anew.
            for number = 2, #KEYS do
                if redis.call('XLEN', KEYS[number]) == 0 then redis.call('DEL', KEYS[number]) end
            end
        end

        local isKnown = redis.call('ZSCORE', KEYS[1], me)
        local taken = {isKnown and 1 or 0}
        for number = 2, isKnown and #KEYS or 0 do
            if count > 0 and redis.call('XLEN', KEYS[number]) > 0 then
                local function read()
                    return redis.pcall(
                        'XREADGROUP', 'GROUP', group, me, 'COUNT', count, 'STREAMS', KEYS[number], '>')
                end
                local found = read()
                if found and found.err then
                    -- Nobody has taken from it since it was made.
                    redis.call('XGROUP', 'CREATE', KEYS[number], group, '0')
                    found = read()
                    if found and found.err then return found end
                end
                for _, entry in ipairs(found and found[1][2] or {}) do
                    local hint = field(entry, 'hint')
                    if not hint or #hint > longest then hint = '' end
                    taken[#taken + 1] = {number, entry[1], hint, field(entry, 'again') and 1 or 0}
                    count = count - 1
                end
            end
        end
        -- What came back waits for whoever has room.
        if isAdded and (count <= 0 or not isKnown) then redis.call('PUBLISH', channel, line) end
        return taken
        """)
}

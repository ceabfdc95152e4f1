/// What `SharedCache` runs at the server. A group has two keys of one slot: a hash of copies and of who is loading
/// them, and a hash of who is changing it.
enum CacheScripts {
    /// Whether anybody is changing the group; marks of writers that were never heard of again end by themselves.
    private static let isMarked = """
        local time = redis.call('TIME')
        local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
        local function isMarked(key)
            local marks, found = redis.call('HGETALL', key), false
            for index = 1, #marks, 2 do
                if tonumber(marks[index + 1]) > now then found = true else redis.call('HDEL', key, marks[index]) end
            end
            return found
        end

        """

    /// Reads a copy, or takes the right to make one: a lease, of which there is one at a time.
    ///
    /// KEYS: copies, marks. ARGV: name, token, the lease's milliseconds, epoch, how far ahead to load in units of the
    /// time that the last load took (`-beta·ln u`), 1 to load although the copy is good, the most milliseconds of age.
    /// Answers a word, then what belongs to it: `hit`, or `early` with the lease, with age, time left, the time that
    /// the load took, the bytes and the time of day; `load` with the time of day; `wait`; `marked`.
    static let read = RedisScript(
        isMarked + """
            if redis.call('EXISTS', KEYS[2]) == 1 and isMarked(KEYS[2]) then return { 'marked' } end
            local function lease()
                local held = redis.call('HGET', KEYS[1], 'l:' .. ARGV[1])
                if held and tonumber(string.match(held, '^(%d+)')) > now then return false end
                redis.call('HSET', KEYS[1], 'l:' .. ARGV[1], (now + ARGV[3]) .. ' ' .. ARGV[2])
                if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[3]) then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
                return true
            end
            local copy = redis.call('HMGET', KEYS[1], 'h:' .. ARGV[1], 'v:' .. ARGV[1])
            if copy[1] and copy[2] then
                local epoch, begun, ends, took = string.match(copy[1], '^(%S+) (%d+) (%d+) (%d+)$')
                begun, ends, took = tonumber(begun), tonumber(ends), tonumber(took)
                if epoch == ARGV[4] and now < ends and now - begun < tonumber(ARGV[7]) then
                    local word = 'hit'
                    if (ARGV[6] == '1' or now + took * tonumber(ARGV[5]) >= ends) and lease() then word = 'early' end
                    return { word, now - begun, ends - now, took, copy[2], now }
                end
            end
            if lease() then return { 'load', now } end
            return { 'wait' }
            """)

    /// Keeps what was loaded, if the lease stands and nobody has begun a change since.
    ///
    /// KEYS: copies, marks. ARGV: name, token, epoch, when it was begun, time to live, how long it took (milliseconds),
    /// the most names of a group, 1 when there is a value and 2 when it is one that stays with who has loaded it, the
    /// bytes, the most bytes of a group. Answers 1 when it was kept, or may be where it stays. A group that has too many
    /// begins anew: `n` is how many bytes it has.
    static let fill = RedisScript(
        isMarked + """
            local held = redis.call('HGET', KEYS[1], 'l:' .. ARGV[1])
            if not held or string.match(held, ' (%S+)$') ~= ARGV[2] then return 0 end
            redis.call('HDEL', KEYS[1], 'l:' .. ARGV[1])
            local former = redis.call('HSTRLEN', KEYS[1], 'v:' .. ARGV[1])
            if ARGV[8] ~= '1' then
                if redis.call('HDEL', KEYS[1], 'h:' .. ARGV[1], 'v:' .. ARGV[1]) > 0 then
                    redis.call('HINCRBY', KEYS[1], 'n', -former)
                end
                if ARGV[8] == '0' then return 0 end
            end
            if redis.call('EXISTS', KEYS[2]) == 1 and isMarked(KEYS[2]) then return 0 end
            local ends = tonumber(ARGV[4]) + tonumber(ARGV[5])
            if ends <= now then return 0 end
            if ARGV[8] == '2' then return 1 end
            local grown = #ARGV[9] - former
            local bytes = tonumber(redis.call('HGET', KEYS[1], 'n') or 0) + grown
            if redis.call('HLEN', KEYS[1]) >= 3 * tonumber(ARGV[7]) or bytes > tonumber(ARGV[10]) then
                redis.call('UNLINK', KEYS[1])
                grown = #ARGV[9]
            end
            redis.call('HINCRBY', KEYS[1], 'n', grown)
            redis.call('HSET', KEYS[1], 'h:' .. ARGV[1], table.concat({ ARGV[3], ARGV[4], ends, ARGV[6] }, ' '),
                'v:' .. ARGV[1], ARGV[9])
            if redis.call('PTTL', KEYS[1]) < ends - now then redis.call('PEXPIRE', KEYS[1], ends - now) end
            return 1
            """)

    /// Before and after a change: drops copies and leases, sets or removes the writer's mark, and tells all nodes.
    ///
    /// KEYS: copies and marks of each group. ARGV: the writer's token, the channel or nothing, the message, and for each
    /// group the mark's milliseconds or 0 to remove it.
    static let change = RedisScript(
        isMarked + """
            for index = 1, #KEYS, 2 do
                local lasts = ARGV[3 + (index + 1) / 2]
                redis.call('UNLINK', KEYS[index])
                if lasts == '0' then
                    redis.call('HDEL', KEYS[index + 1], ARGV[1])
                else
                    redis.call('HSET', KEYS[index + 1], ARGV[1], now + lasts)
                    redis.call('PEXPIRE', KEYS[index + 1], lasts)
                end
            end
            if ARGV[2] ~= '' then redis.call('PUBLISH', ARGV[2], ARGV[3]) end
            return 1
            """)

    /// A sign of life: tells who is a member and whether all others live, and is heard again on the channel.
    ///
    /// KEYS: members, epoch. ARGV: node, milliseconds after which a silent one is missing, milliseconds after which it
    /// is forgotten, a new epoch, `always` when it counts, `alone` when it counts if there is no other member, the
    /// channel, PUBLISH or SPUBLISH, the beat's number.
    static let beat = RedisScript(
        """
        local time = redis.call('TIME')
        local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
        redis.call('HSET', KEYS[1], ARGV[1], now)
        local members, missing = redis.call('HGETALL', KEYS[1]), 0
        for index = 1, #members, 2 do
            local age = now - tonumber(members[index + 1])
            if age > tonumber(ARGV[3]) then
                redis.call('HDEL', KEYS[1], members[index])
            elseif age > tonumber(ARGV[2]) then
                missing = missing + 1
            end
        end
        local epoch = redis.call('GET', KEYS[2])
        if not epoch or ARGV[5] == 'always' or (ARGV[5] == 'alone' and #members == 2) then
            epoch = ARGV[4]
            redis.call('SET', KEYS[2], epoch)
        end
        redis.call(ARGV[7], ARGV[6], table.concat({ 'beat', ARGV[1], ARGV[8], epoch, missing }, '\\n'))
        return 1
        """)
}

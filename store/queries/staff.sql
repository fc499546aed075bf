-- @lock: Makes those who write the staff take turns.
LOCK TABLE staff_teams IN SHARE ROW EXCLUSIVE MODE;

-- @has_staff: Whether a staff was seeded.
SELECT EXISTS (SELECT FROM staff_members);

-- @shifts: Every shift.
SELECT shift, body FROM staff_shifts ORDER BY shift;

-- @teams: Every team.
SELECT team, body FROM staff_teams ORDER BY team;

-- @members: Every member with how they are reached.
SELECT member, body, name, email, language, timezone FROM staff_members ORDER BY member;

-- @put_shifts: Makes the shifts those that are given.
WITH given AS (
    SELECT * FROM unnest($1::text[], $2::jsonb[]) AS given (shift, body)
), gone AS (
    DELETE FROM staff_shifts WHERE shift <> ALL ($1)
)
INSERT INTO staff_shifts (shift, body) SELECT shift, body FROM given
ON CONFLICT (shift) DO UPDATE SET body = excluded.body;

-- @surges: Every surge.
SELECT surge, body FROM staff_surges ORDER BY surge;

-- @put_surges: Makes the surges those that are given.
WITH given AS (
    SELECT * FROM unnest($1::text[], $2::jsonb[]) AS given (surge, body)
), gone AS (
    DELETE FROM staff_surges WHERE surge <> ALL ($1)
)
INSERT INTO staff_surges (surge, body) SELECT surge, body FROM given
ON CONFLICT (surge) DO UPDATE SET body = excluded.body;

-- @put_teams: Makes the teams those that are given.
WITH given AS (
    SELECT * FROM unnest($1::text[], $2::jsonb[]) AS given (team, body)
), gone AS (
    DELETE FROM staff_teams WHERE team <> ALL ($1)
)
INSERT INTO staff_teams (team, body) SELECT team, body FROM given
ON CONFLICT (team) DO UPDATE SET body = excluded.body;

-- @drop_members: Removes the members who are not named any more, and tells which.
DELETE FROM staff_members WHERE member <> ALL ($1::text[]) RETURNING member;

-- @put_members: Writes members and how they are reached; tells which are new or changed.
INSERT INTO staff_members (member, team, body, name, email, language, timezone)
SELECT member, team, body, name, email, language, timezone
FROM unnest(
    $1::text[], $2::text[], $3::jsonb[], $4::text[], $5::text[], $6::text[], $7::text[]
) AS given (member, team, body, name, email, language, timezone)
ON CONFLICT (member) DO UPDATE SET
    team = excluded.team,
    body = excluded.body,
    name = excluded.name,
    email = excluded.email,
    language = excluded.language,
    timezone = excluded.timezone
WHERE (staff_members.team, staff_members.body, staff_members.name, staff_members.email,
        staff_members.language, staff_members.timezone)
    IS DISTINCT FROM (excluded.team, excluded.body, excluded.name, excluded.email,
        excluded.language, excluded.timezone)
RETURNING member, xmax = 0 AS is_new;

-- @member: A member by id, and the surges that may change where they work.
SELECT body, name, (SELECT coalesce(array_agg(body::text), '{}') FROM staff_surges) AS surges
FROM staff_members
WHERE member = $1;

-- @contact: How a member is reached; no row for who has no address.
SELECT name, email, language, timezone FROM staff_members WHERE member = $1 AND email IS NOT NULL;

-- @lead: How the first of a team's leads who has an address and is not away at a moment is reached.
SELECT lead.name, lead.email, lead.language, lead.timezone
FROM staff_teams,
    jsonb_array_elements_text(staff_teams.body -> 'leads') WITH ORDINALITY AS leads (member, place)
    JOIN staff_members AS lead USING (member)
WHERE staff_teams.team = $1
    AND lead.email IS NOT NULL
    AND NOT EXISTS (
        SELECT FROM staff_absences AS away
        WHERE away.member = lead.member AND away.since <= $2 AND (away.until IS NULL OR away.until > $2)
    )
ORDER BY leads.place
LIMIT 1;

-- @absences: Absences that are not over at a moment.
SELECT member, since, until FROM staff_absences WHERE until IS NULL OR until > $1 ORDER BY member, since;

-- @put_absence: Marks a member away; the same begin again has the new end. No row for who is no member.
INSERT INTO staff_absences (member, since, until)
SELECT member, $2, $3 FROM staff_members WHERE member = $1
ON CONFLICT (member, since) DO UPDATE SET until = excluded.until
RETURNING member;

-- @end_absences: Ends what a member is away for at a moment, and tells how many absences that were.
WITH ended AS (
    UPDATE staff_absences SET until = $2
    WHERE member = $1 AND since < $2 AND (until IS NULL OR until > $2)
    RETURNING 1
), never_begun AS (
    DELETE FROM staff_absences WHERE member = $1 AND since = $2 RETURNING 1
)
SELECT (SELECT count(*) FROM ended) + (SELECT count(*) FROM never_begun);

-- @is_member: Whether there is such a member.
SELECT true FROM staff_members WHERE member = $1;

-- @loads: Open cases by who has them.
SELECT assignee, count(*) AS cases FROM cases WHERE open AND assignee IS NOT NULL GROUP BY assignee;

-- @queues: Open cases that a team has and nobody of it.
SELECT team, count(*) AS cases FROM cases WHERE open AND team IS NOT NULL AND assignee IS NULL GROUP BY team;

-- @held_by: The open cases that a member has.
SELECT case_id, team, language, due_at
FROM cases
WHERE open AND assignee = $1
ORDER BY coalesce(due_at, 'infinity'), case_id;

-- @queue: What waits for somebody of a team: its own, and what the desk owes of kinds that it alone answers for.
SELECT case_id, team, language, due_at
FROM cases
WHERE open AND assignee IS NULL
    AND (team = $1 OR (team IS NULL AND kind = ANY ($2::text[]) AND waiting_for = 'agent'))
ORDER BY coalesce(due_at, 'infinity'), case_id;

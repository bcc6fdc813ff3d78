using System.Data.Common;
using System.Globalization;
using System.Text;

namespace Lifecycle.Data;

/// <summary>
/// Walks edges step by step from one node, so that every node is asked for once however many ways lead to it. The nodes of a step are asked for together,
/// and both indexes hold whole edges.
/// </summary>
internal sealed class LineageWalk(DbConnection connection, bool isDown)
{
    /// <summary>Nodes that one query asks for; a few are filled up with nothing.</summary>
    private const int Together = 64;

    private readonly string _here = isDown ? "to" : "from";
    private readonly string _there = isDown ? "from" : "to";

    public async ValueTask<LineageGraph> FromAsync(LineageNode root, CancellationToken cancellationToken)
    {
        List<LineageEdge> edges = [];
        List<LineageNode> nodes = [];
        HashSet<LineageNode> seen = [root];
        List<LineageNode> step = [root];
        DbCommand one = Command(1), many = Command(Together);
        await using (one.ConfigureAwait(false))
        await using (many.ConfigureAwait(false))
        {
            for (int depth = 0; depth < DatasetLineage.MaximumDepth && step.Count > 0; depth++)
            {
                List<LineageEdge> found = [];
                foreach (IGrouping<string, LineageNode> kind in step.GroupBy(n => n.Kind, StringComparer.Ordinal))
                {
                    foreach (LineageNode[] asked in kind.Chunk(Together))
                    {
                        await ReadAsync(asked.Length == 1 ? one : many, kind.Key, asked, found, cancellationToken).ConfigureAwait(false);
                    }
                }

                found.Sort(Compare);
                edges.AddRange(found);
                step = [.. found.Select(e => isDown ? e.From : e.To).Where(seen.Add)];
                nodes.AddRange(step);
            }
        }

        return new LineageGraph(root, nodes, edges);
    }

    private DbCommand Command(int nodes)
    {
        StringBuilder sql = new(
            $"SELECT {_here}_id, {_there}_kind, {_there}_id, relation, at, actor FROM data_lineage_edge WHERE {_here}_kind = $kind AND {_here}_id IN ($n0");
        List<(string, object?)> parameters = [("$kind", ""), ("$n0", "")];
        for (int i = 1; i < nodes; i++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"$n{i}");
            sql.Append(", ").Append(name);
            parameters.Add((name, ""));
        }

        return connection.Command(sql.Append(')').ToString(), [.. parameters]);
    }

    private async ValueTask ReadAsync(DbCommand command, string kind, LineageNode[] asked, List<LineageEdge> found, CancellationToken cancellationToken)
    {
        command.Parameters[0].Value = kind;
        for (int i = 1; i < command.Parameters.Count; i++)
        {
            command.Parameters[i].Value = asked[Math.Min(i, asked.Length) - 1].Id;
        }

        Dictionary<string, LineageNode> byId = asked.ToDictionary(n => n.Id, StringComparer.Ordinal);
        DbDataReader row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using (row.ConfigureAwait(false))
        {
            while (await row.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                LineageNode here = byId[row.GetString(0)];
                LineageNode there = new(row.GetString(1), row.GetString(2));
                (LineageNode from, LineageNode to) = isDown ? (there, here) : (here, there);
                found.Add(new LineageEdge(from, row.GetString(3), to, DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(4)), row.GetString(5)));
            }
        }
    }

    // By time, and then by what they are, so that the same edges always come in the same order.
    private static int Compare(LineageEdge a, LineageEdge b)
    {
        int order = a.At.CompareTo(b.At);
        order = order != 0 ? order : Compare(a.From, b.From);
        order = order != 0 ? order : string.CompareOrdinal(a.Relation, b.Relation);
        return order != 0 ? order : Compare(a.To, b.To);
    }

    private static int Compare(LineageNode a, LineageNode b)
    {
        int order = string.CompareOrdinal(a.Kind, b.Kind);
        return order != 0 ? order : string.CompareOrdinal(a.Id, b.Id);
    }
}

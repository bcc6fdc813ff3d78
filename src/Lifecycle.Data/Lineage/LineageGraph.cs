using System.Text;

namespace Lifecycle.Data;

/// <summary>Nodes and edges that were reached from one node.</summary>
/// <param name="Root">Where the walk began.</param>
/// <param name="Nodes">Everything reached, without the root, nearest first.</param>
/// <param name="Edges">The edges walked; each from the younger thing to the older.</param>
public sealed record LineageGraph(LineageNode Root, IReadOnlyList<LineageNode> Nodes, IReadOnlyList<LineageEdge> Edges)
{
    /// <summary>The nodes of one kind, nearest first.</summary>
    public IEnumerable<LineageNode> OfKind(string kind) => Nodes.Where(n => n.Kind == kind);

    /// <summary>One edge a line, for people.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        foreach (LineageEdge edge in Edges)
        {
            text.Append(edge.From.Kind).Append(' ').Append(edge.From.Id).Append(' ').Append(edge.Relation).Append(' ')
                .Append(edge.To.Kind).Append(' ').Append(edge.To.Id).Append('\n');
        }

        return text.ToString();
    }
}

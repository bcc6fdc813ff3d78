using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>Perturbations and attacks in the JSON form of a gate.</summary>
internal static class RobustJson
{
    public static void Write(Utf8JsonWriter writer, Perturbation perturbation)
    {
        writer.WriteString("perturbation", perturbation.Kind);
        if (perturbation.Family != PerturbationFamily.ProtectedFlip)
        {
            writer.WriteNumber("level", perturbation.Level);
        }

        if (perturbation.Severity > 0)
        {
            writer.WriteNumber("severity", perturbation.Severity);
        }

        perturbation.WriteProperties(writer);
    }

    public static void Write(Utf8JsonWriter writer, Attack attack)
    {
        writer.WriteString("attack", attack.Kind);
        attack.WriteProperties(writer);
        writer.WriteNumber("queries", attack.Budget.PerRow);
        if (double.IsFinite(attack.MaxCost))
        {
            writer.WriteNumber("maxCost", attack.MaxCost);
        }
    }

    public static void AddRobust(GateBuilder builder, GateJsonObject item, double confidence)
    {
        Metric metric = item.Metric("metric");
        double maxDrop = item.Needed("maxDrop");
        if (item.TextOrNull("perturbation") is not null)
        {
            builder.RequireRobust(Read(item), maxDrop, metric, confidence);
            return;
        }

        List<Perturbation> suite = [];
        foreach (JsonElement element in item.Items("suite"))
        {
            GateJsonObject entry = new(element, $"{item.Path}.suite[{suite.Count}]");
            suite.Add(Read(entry));
            entry.Done();
        }

        if (suite.Count == 0)
        {
            throw new FormatException($"{item.Path}.suite is empty; a perturbation is expected.");
        }

        builder.RequireRobust(PerturbationSuite.Of(suite), maxDrop, metric, confidence);
    }

    public static void AddWithstands(GateBuilder builder, GateJsonObject item, double confidence)
    {
        string kind = item.Text("attack");
        double maxCost = item.Number("maxCost") ?? double.PositiveInfinity;
        QueryBudget budget = new(item.Count("queries"));
        Attack attack = kind switch
        {
            GreedyCoordinateAttack.KindName =>
                new GreedyCoordinateAttack(item.Count("maxFeatures")) { Budget = budget, MaxCost = maxCost },
            HopSkipJumpAttack.KindName =>
                new HopSkipJumpAttack(item.Count("iterations"), item.Choice("norm", AttackNorm.Euclidean)) { Budget = budget, MaxCost = maxCost },
            _ => throw new FormatException(
                $"{item.Path}.attack '{Wording.Show(kind)}' is unknown; this version knows {GreedyCoordinateAttack.KindName}, {HopSkipJumpAttack.KindName}."),
        };
        builder.RequireWithstands(attack, item.Needed("maxSuccess"), confidence);
    }

    private static Perturbation Read(GateJsonObject item)
    {
        string kind = item.Text("perturbation");
        PerturbationFamily[] families = Enum.GetValues<PerturbationFamily>();
        int at = Array.FindIndex(families, f => GateJson.Camel(f.ToString()) == kind);
        if (at < 0)
        {
            throw new FormatException(
                $"{item.Path}.perturbation '{Wording.Show(kind)}' is unknown; this version knows: {string.Join(", ", families.Select(f => GateJson.Camel(f.ToString())))}.");
        }

        if (families[at] == PerturbationFamily.ProtectedFlip)
        {
            return Perturbation.ProtectedFlip(item.Text("feature"));
        }

        double level = item.Needed("level");
        if (item.Number("severity") is { } severity)
        {
            return Severe(item, families[at], level, severity);
        }

        return families[at] == PerturbationFamily.Missing
            ? Perturbation.Missing(level, item.Choice("fill", MissingFill.Empty), item.Number("sentinel") ?? -1)
            : Perturbation.Of(families[at], level);
    }

    private static Perturbation Severe(GateJsonObject item, PerturbationFamily family, double level, double severity)
    {
        bool isKnown = family != PerturbationFamily.BatchInvariance && severity is 1 or 2 or 3 or 4 or 5;
        Perturbation? made = isKnown ? Perturbation.At(family, (int)severity) : null;
        return made is not null && made.Level == level
            ? made
            : throw new FormatException(
                FormattableString.Invariant($"{item.Path}: severity {severity} of this perturbation is not level {level}. Leave one of them as it was written, or leave severity out."));
    }
}

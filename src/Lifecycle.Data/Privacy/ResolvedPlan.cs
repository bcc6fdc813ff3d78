using System.Text.Json;

namespace Lifecycle.Data;

/// <summary>A plan against the columns of a table: checked, with what becomes of each column, and as a document.</summary>
internal sealed class ResolvedPlan
{
    public const string Format = "lifecycle.privacy-plan/1";

    private ResolvedPlan(PrivacyPlan plan, IReadOnlyList<(TableColumn Column, ColumnOperator Operator)> columns)
    {
        Plan = plan;
        Columns = columns;
    }

    public PrivacyPlan Plan { get; }

    /// <summary>Every column of the table, in its order.</summary>
    public IReadOnlyList<(TableColumn Column, ColumnOperator Operator)> Columns { get; }

    public bool NeedsKey => Columns.Any(c => c.Operator.NeedsKey);

    public bool NeedsVault => Columns.Any(c => c.Operator is TokenizeOperator);

    public bool IsReversible => Columns.Any(c => c.Operator.IsReversible);

    /// <summary>What the plan names by its digest; kept beside the version, so that the same can be done again.</summary>
    public IEnumerable<CommitAttachment> Attachments => Columns.Select(c => c.Operator.Attachment).OfType<CommitAttachment>().DistinctBy(a => a.Digest);

    public ColumnOperator this[string column] => Columns.First(c => c.Column.Name == column).Operator;

    /// <summary>Checks a plan against a table; no row is read.</summary>
    public static ResolvedPlan Of(PrivacyPlan plan, TableSchema schema)
    {
        string[] named = [.. plan.Operators.Keys.Concat(plan.Classes.Keys).Concat(plan.FreeText.Keys).Distinct(StringComparer.Ordinal)];
        Unknown(named, schema, "The plan");
        bool isSafeHarbor = plan.Profile == PrivacyProfile.SafeHarbor;
        string[] unnamed = [.. schema.Select(c => c.Name).Where(name => !plan.Operators.ContainsKey(name) && !plan.Classes.ContainsKey(name))];
        if (unnamed.Length > 0)
        {
            throw new PrivacyPlanException(
                $"The plan does not say what becomes of {unnamed.Length} column(s): {string.Join(", ", unnamed)}. "
                + $"Name every column; {(isSafeHarbor ? "Classify" : "Keep")} or Drop is a decision, too.");
        }

        string[] unclassified = [.. schema.Select(c => c.Name)
            .Where(name => isSafeHarbor && !plan.Classes.ContainsKey(name) && plan.Operators[name] is not DropOperator)];
        if (unclassified.Length > 0)
        {
            throw new PrivacyPlanException($"In a Safe Harbor plan these columns must be classified, too: {string.Join(", ", unclassified)}. "
                + "Say Classify(column, SafeHarborClass...).");
        }

        List<(TableColumn, ColumnOperator)> columns = [];
        foreach (TableColumn column in schema)
        {
            ColumnOperator? said = plan.Operators.GetValueOrDefault(column.Name);
            ColumnOperator action = isSafeHarbor && plan.Classes.TryGetValue(column.Name, out SafeHarborClass identifier)
                ? SafeHarborRules.Of(column, identifier, said, plan.Vault is not null)
                : said!;
            action.Check(column);
            if (action.Subject is { } subject && !schema.TryGet(subject, out _))
            {
                throw new PrivacyPlanException($"'{column.Name}': the table has no column '{subject}' that could say whose date it is.");
            }

            columns.Add((column, action));
        }

        if (columns.All(c => c.Item2 is DropOperator))
        {
            throw new PrivacyPlanException("The plan drops every column; nothing would be left.");
        }

        ResolvedPlan resolved = new(plan, columns);
        resolved.CheckRequirement(schema);
        return resolved;
    }

    /// <summary>The plan as it is kept: everything that is needed to do the same again, but keys.</summary>
    public byte[] ToBytes(DerivationSetting setting)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            json.WriteString("format", Format);
            json.WriteString("profile", Plan.Profile == PrivacyProfile.SafeHarbor ? "safeHarbor" : "gdpr");
            json.WriteStartArray("columns");
            foreach ((TableColumn column, ColumnOperator action) in Columns)
            {
                json.WriteStartObject();
                json.WriteString("column", column.Name);
                json.WriteString("type", column.Type.ToString());
                if (Plan.Classes.TryGetValue(column.Name, out SafeHarborClass identifier))
                {
                    json.WriteString("class", identifier.ToString());
                }

                json.WriteString("operator", action.Name);
                action.Write(json, setting);
                if (Plan.FreeText.TryGetValue(column.Name, out string? reason))
                {
                    json.WriteString("freeText", reason);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            WriteRequirement(json);
            if (Plan.Attestation is { } attestation)
            {
                json.WriteString("attestation", attestation);
            }

            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    private void WriteRequirement(Utf8JsonWriter json)
    {
        if (Plan.Requirement is not { } required)
        {
            return;
        }

        json.WriteStartObject(required.IsOnlyMeasured ? "measure" : "require");
        json.WriteStartArray("quasiIdentifiers");
        foreach (string name in required.QuasiIdentifiers)
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
        if (required.Sensitive is not null)
        {
            json.WriteString("sensitive", required.Sensitive);
        }

        if (!required.IsOnlyMeasured)
        {
            json.WriteNumber("k", required.K);
            json.WriteNumber("l", required.L);
            json.WriteNumber("t", required.T);
            json.WriteNumber("suppressAtMost", required.SuppressAtMost);
        }

        json.WriteEndObject();
    }

    private void CheckRequirement(TableSchema schema)
    {
        if (Plan.Requirement is not { } required)
        {
            return;
        }

        Unknown([.. required.QuasiIdentifiers.Concat(required.Sensitive is null ? [] : [required.Sensitive])], schema, "The requirement");
        if (required.Sensitive is not null && this[required.Sensitive] is DropOperator)
        {
            throw new PrivacyPlanException($"The sensitive column '{required.Sensitive}' is dropped; there is nothing to measure. Keep it, or require k alone.");
        }

        if (required.QuasiIdentifiers.All(name => this[name] is DropOperator))
        {
            throw new PrivacyPlanException("All quasi-identifiers of the requirement are dropped; there is nothing to measure. Take the requirement out.");
        }
    }

    private static void Unknown(IReadOnlyList<string> names, TableSchema schema, string who)
    {
        string[] unknown = [.. names.Where(name => !schema.TryGet(name, out _))];
        if (unknown.Length > 0)
        {
            throw new PrivacyPlanException($"{who} names column(s) that the table does not have: {string.Join(", ", unknown)}. "
                + $"The table has: {string.Join(", ", schema.Select(c => c.Name))}.");
        }
    }
}

using System.Text.Json;

namespace Lifecycle.Data;

/// <summary>A keyed pseudonym in the place of the value.</summary>
internal sealed class PseudonymizeOperator(string name, string? domain) : ColumnOperator
{
    private readonly string? _domain = Checked(name, domain);

    public override string Name => "pseudonymize";

    public override bool IsReversible => true;

    public override bool NeedsKey => true;

    /// <summary>The domain, when it is none or a good one.</summary>
    public static string? Checked(string column, string? domain)
    {
        try
        {
            return domain is null ? null : Pseudonyms.RequireDomain(domain);
        }
        catch (ArgumentException error)
        {
            throw new PrivacyPlanException($"'{column}': {error.Message}", error);
        }
    }

    public override void Check(TableColumn column) => Checked(column.Name, _domain ?? "x/" + column.Name);

    public override void Write(Utf8JsonWriter json, DerivationSetting setting)
    {
        json.WriteString("domain", Domain(name, _domain, setting));
        json.WriteString("key", setting.Key!.Id);
    }

    public override CellTransform Compile(TableColumn column, DerivationSetting setting) => new Keyed(new Pseudonyms(setting.Key!, Domain(name, _domain, setting)));

    internal static string Domain(string column, string? domain, DerivationSetting setting) => domain ?? $"{setting.Dataset}/{column}";

    private sealed class Keyed(Pseudonyms pseudonyms) : CellTransform
    {
        public override string? Apply(BatchColumn column, int row) => pseudonyms.Of(column.Text(row));

        public override string? Label(BatchColumn column, int row) => Pseudonyms.CanonicalForm(column.Text(row)!);
    }
}

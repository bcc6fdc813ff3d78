using System.Text.Json;

namespace Lifecycle.Data;

/// <summary>A random token in the place of the value; the vault knows which.</summary>
internal sealed class TokenizeOperator(string name, string? domain) : ColumnOperator
{
    private readonly string? _domain = PseudonymizeOperator.Checked(name, domain);

    public override string Name => "tokenize";

    public override bool IsReversible => true;

    public override void Check(TableColumn column) => PseudonymizeOperator.Checked(column.Name, _domain ?? "x/" + column.Name);

    public override void Write(Utf8JsonWriter json, DerivationSetting setting)
    {
        json.WriteString("domain", PseudonymizeOperator.Domain(name, _domain, setting));
        json.WriteString("vault", setting.Tokens!.VaultId);
    }

    public override CellTransform Compile(TableColumn column, DerivationSetting setting) =>
        new Tokens(setting.Tokens!, PseudonymizeOperator.Domain(name, _domain, setting));

    private sealed class Tokens(VaultSession vault, string domain) : CellTransform
    {
        public override string? Apply(BatchColumn column, int row) => vault.TokenOf(domain, column.Text(row)!);

        public override string? Label(BatchColumn column, int row) => Pseudonyms.CanonicalForm(column.Text(row)!);
    }
}
